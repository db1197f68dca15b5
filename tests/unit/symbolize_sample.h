// Compiles and runs the samples in tests/data/symbols, reads what they print about themselves
// (probe.h), and asks the symbolizer the same.
#ifndef JAM_SYMBOLIZE_SAMPLE_H
#define JAM_SYMBOLIZE_SAMPLE_H

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "symbolize_shim.h"

namespace sample
{

class Folder
{
  public:
    Folder()
    {
        char name[] = "/tmp/lockjam-symbolize-XXXXXX";
        path_ = mkdtemp(name);
    }
    ~Folder()
    {
        EXPECT_EQ(std::system(("rm -rf " + path_).c_str()), 0);
    }
    std::string operator/(const std::string &name) const
    {
        return path_ + "/" + name;
    }
    const std::string &path() const
    {
        return path_;
    }

  private:
    std::string path_;
};

inline std::string output_of(const std::string &command)
{
    std::string output;
    FILE *pipe = popen(command.c_str(), "r");
    for (int byte; pipe != nullptr && (byte = getc(pipe)) != EOF;)
        output += char(byte);
    EXPECT_EQ(pclose(pipe), 0) << command;
    return output;
}

inline void run(const std::string &command)
{
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

struct Module {
    uint64_t bias, start, end;
    std::vector<uint8_t> build_id;
    std::string path;
    uint32_t first = 1, last = UINT32_MAX;
};

struct Fact {
    uint64_t address;
    std::string expected;
};

struct Facts {
    std::vector<Module> modules;
    std::vector<Fact> data, code;

    // The return address that the innermost function `name` printed.
    const Fact &in(const std::string &name) const
    {
        for (const Fact &fact : code)
            if (fact.expected.rfind(name + ":", 0) == 0)
                return fact;
        throw std::runtime_error("no code in " + name);
    }

    uint64_t address_of(const std::string &name) const
    {
        for (const Fact &fact : data)
            if (fact.expected == name)
                return fact.address;
        throw std::runtime_error("no data " + name);
    }
};

inline std::vector<uint8_t> bytes_of(const std::string &hexadecimal)
{
    std::vector<uint8_t> bytes;
    for (size_t i = 0; hexadecimal != "-" && i + 1 < hexadecimal.size(); i += 2)
        bytes.push_back(uint8_t(std::stoul(hexadecimal.substr(i, 2), nullptr, 16)));
    return bytes;
}

inline void parse_line(const std::string &line, Facts &facts)
{
    std::istringstream stream(line);
    std::string kind, address, rest, start, end, build_id;
    std::getline(stream, kind, '\t');
    std::getline(stream, address, '\t');
    if (kind == "module") {
        std::getline(stream, start, '\t');
        std::getline(stream, end, '\t');
        std::getline(stream, build_id, '\t');
    }
    std::getline(stream, rest);
    uint64_t value = std::stoull(address, nullptr, 16);
    if (kind == "module")
        facts.modules.push_back({value, std::stoull(start, nullptr, 16),
                                 std::stoull(end, nullptr, 16), bytes_of(build_id), rest});
    else
        (kind == "data" ? facts.data : facts.code).push_back({value, rest});
}

inline Facts facts_of(const std::string &command)
{
    Facts facts;
    std::istringstream lines(output_of(command));
    for (std::string line; std::getline(lines, line);)
        parse_line(line, facts);
    EXPECT_FALSE(facts.modules.empty());
    EXPECT_FALSE(facts.data.empty());
    EXPECT_FALSE(facts.code.empty());
    return facts;
}

class Symbolizer
{
  public:
    explicit Symbolizer(const std::vector<Module> &modules, const char *sysroot = nullptr)
        : symbolizer_(nullptr, jam_symbolizer_free)
    {
        unsetenv("DEBUGINFOD_URLS"); // no test asks a server
        std::vector<jam_symbol_module> list;
        for (const Module &module : modules) {
            jam_symbol_module row = {};
            row.path = module.path.c_str();
            row.bias = module.bias;
            row.start = module.start;
            row.end = module.end;
            row.first_generation = module.first;
            row.last_generation = module.last;
            row.build_id = module.build_id.empty() ? nullptr : module.build_id.data();
            row.build_id_bytes = module.build_id.size();
            list.push_back(row);
        }
        symbolizer_.reset(jam_symbolizer_new(list.data(), list.size(), sysroot));
    }

    std::vector<jam_symbol_frame> frames(uint64_t address, uint32_t generation = 1,
                                         bool is_return_address = true)
    {
        const jam_symbol_frame *frames = nullptr;
        size_t count = jam_symbolizer_resolve(symbolizer_.get(), generation, address,
                                              is_return_address, &frames);
        EXPECT_GE(count, 1u);
        return {frames, frames + count};
    }

    // "function:line function:line", as probe.h writes it.
    std::string chain(uint64_t address, uint32_t generation = 1)
    {
        std::string text;
        for (const jam_symbol_frame &frame : frames(address, generation))
            text += (text.empty() ? "" : " ") + std::string(frame.function ? frame.function : "?") +
                    ":" + std::to_string(frame.line);
        return text;
    }

    std::string function(uint64_t address, bool is_return_address)
    {
        const char *name = frames(address, 1, is_return_address)[0].function;
        return name == nullptr ? "?" : name;
    }

    std::string data(uint64_t address, uint32_t generation = 1)
    {
        char name[256] = "garbage";
        bool is_known =
            jam_symbolizer_data_name(symbolizer_.get(), generation, address, name, sizeof name);
        EXPECT_EQ(is_known, name[0] != '\0');
        return name;
    }

    std::vector<std::string> warnings() const
    {
        std::vector<std::string> all;
        while (const char *warning = jam_symbolizer_warning(symbolizer_.get(), all.size()))
            all.push_back(warning);
        return all;
    }

  private:
    std::unique_ptr<jam_symbolizer, void (*)(jam_symbolizer *)> symbolizer_;
};

inline std::string base_name(const char *path)
{
    std::string text = path == nullptr ? "" : path;
    return text.substr(text.find_last_of('/') + 1);
}

const char c_flags[] = " -std=gnu11 -pthread ";
const char cpp_flags[] = " -std=c++17 -pthread ";

inline std::string compile(const std::string &compiler, const std::string &source,
                           const std::string &result)
{
    bool is_cpp = source.find(".cc") != std::string::npos;
    return compiler + (is_cpp ? cpp_flags : c_flags) + "-o " + result + " tests/data/symbols/" +
           source;
}

inline void expect_all(const Facts &facts, const std::string &source)
{
    Symbolizer symbolizer(facts.modules);
    for (const Fact &fact : facts.data)
        EXPECT_EQ(symbolizer.data(fact.address), fact.expected);
    for (const Fact &fact : facts.code) {
        EXPECT_EQ(symbolizer.chain(fact.address), fact.expected);
        std::vector<jam_symbol_frame> frames = symbolizer.frames(fact.address);
        for (const jam_symbol_frame &frame : frames) {
            EXPECT_EQ(base_name(frame.file), source);
            EXPECT_EQ(frame.is_inlined, &frame != &frames.back());
        }
    }
    EXPECT_TRUE(symbolizer.warnings().empty()) << symbolizer.warnings()[0];
}

} // namespace sample

#endif
