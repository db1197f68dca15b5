// Line tables of Python against what the interpreter says of its own standard library.
//
// tests/python/lines.py prints them; python3 runs it, and so do the interpreters that
// LOCKJAM_PYTHONS names (paths, separated by colons).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "util_shim.h"

namespace
{

std::vector<std::string> interpreters()
{
    std::vector<std::string> paths{"python3"};
    const char *more = std::getenv("LOCKJAM_PYTHONS");
    std::istringstream stream(more ? more : "");
    for (std::string path; std::getline(stream, path, ':');)
        if (!path.empty())
            paths.push_back(path);
    return paths;
}

std::vector<unsigned char> bytes_of(const std::string &hex)
{
    std::vector<unsigned char> bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<unsigned char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

// One code object; returns how many positions it has, and adds those that differ to *wrong.
size_t compare_code(const std::string &line, size_t *wrong)
{
    std::istringstream words(line);
    unsigned minor = 0, first_line = 0;
    std::string hex, pair;
    size_t count = 0;
    words >> minor >> first_line >> hex;
    std::vector<unsigned char> table = bytes_of(hex == "-" ? "" : hex);
    const jam_python_lines lines{minor, first_line, table.data(), table.size()};
    for (; words >> pair; count++) {
        size_t colon = pair.find(':');
        auto position = static_cast<uint32_t>(std::stoul(pair.substr(0, colon)));
        std::string said = pair.substr(colon + 1);
        size_t second = said.find(':');
        if (second != std::string::npos &&
            jam_python_column(&lines, position) != std::stoul(said.substr(second + 1)) + 1 &&
            (*wrong)++ < 3)
            ADD_FAILURE() << "3." << minor << " first line " << first_line << " position "
                          << position << ": column " << jam_python_column(&lines, position)
                          << " instead of " << said;
        unsigned expected = said == "-" ? 0 : static_cast<unsigned>(std::stoul(said));
        unsigned found = jam_python_line(&lines, position);
        if (found != expected && (*wrong)++ < 3)
            ADD_FAILURE() << "3." << minor << " first line " << first_line << " position "
                          << position << ": " << found << " instead of " << expected;
    }
    return count;
}

TEST(PythonLines, AreThoseOfTheInterpreter)
{
    for (const std::string &interpreter : interpreters()) {
        std::string command = interpreter + " tests/python/lines.py";
        std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen(command.c_str(), "r"), pclose);
        ASSERT_TRUE(pipe) << interpreter;
        size_t count = 0, wrong = 0, size = 0;
        char *line = nullptr;
        while (getline(&line, &size, pipe.get()) > 0)
            count += compare_code(line, &wrong);
        free(line);
        EXPECT_GT(count, 50000u) << interpreter;
        EXPECT_EQ(wrong, 0u) << interpreter;
    }
}

TEST(PythonLines, SurviveDamage)
{
    const unsigned char table[] = {0xf8, 0xff, 0x7f, 0xff, 0x00, 0x80, 0x80};
    for (unsigned minor = 8; minor <= 15; minor++)
        for (size_t bytes = 0; bytes <= sizeof table; bytes++) {
            const jam_python_lines lines{minor, 10, table, bytes};
            for (uint32_t position : {0u, 2u, 100u, 0x7fffffffu})
                EXPECT_LT(jam_python_line(&lines, position), 1u << 31);
            EXPECT_EQ(jam_python_line(&lines, 0xfffffffe), 10u);
        }
}

} // namespace
