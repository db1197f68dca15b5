// Which files the symbolizer uses for a module, which it refuses, and what it says then.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "symbolize_sample.h"

namespace
{

using namespace sample;

TEST(SymbolizeFiles, FollowsDebugLinks)
{
    Folder folder;
    std::string program = folder / "program", debug = folder / "program.debug";
    run(compile("gcc -g -O2", "names.c", program));
    run("objcopy --only-keep-debug " + program + " " + debug);
    run("strip " + program);
    run("objcopy --add-gnu-debuglink=" + debug + " " + program);
    expect_all(facts_of(program), "names.c");
}

TEST(SymbolizeFiles, RefusesDebugFilesOfAnotherBuild)
{
    Folder folder;
    std::string program = folder / "program", debug = folder / "program.debug";
    run(compile("gcc -g -O2", "names.c", program));
    run(compile("gcc -g -O0", "names.c", debug));
    run("objcopy --add-gnu-debuglink=" + debug + " " + program);
    run("strip " + program);
    Facts facts = facts_of(program);
    Symbolizer symbolizer(facts.modules);
    EXPECT_EQ(symbolizer.chain(facts.in("take").address), "?:0");
    EXPECT_EQ(symbolizer.data(facts.address_of("plain")), "");
}

TEST(SymbolizeFiles, FindsDebugFilesByBuildIdUnderTheSysroot)
{
    Folder folder;
    std::string root = folder / "root", program = root + "/bin/program";
    run("mkdir -p " + root + "/bin");
    run(compile("gcc -g -O2 -Wl,--build-id=0xabcdef0123456789", "names.c", program));
    std::string debug = root + "/usr/lib/debug/.build-id/ab/cdef0123456789.debug";
    run("mkdir -p $(dirname " + debug + ")");
    run("objcopy --only-keep-debug " + program + " " + debug);
    run("strip " + program);
    Facts facts = facts_of(program);
    for (Module &module : facts.modules)
        if (module.path == program)
            module.path = "/bin/program";
    Symbolizer symbolizer(facts.modules, root.c_str());
    EXPECT_EQ(symbolizer.chain(facts.in("take").address), facts.in("take").expected);
    EXPECT_STREQ(symbolizer.frames(facts.in("take").address)[0].module, "/bin/program");
    EXPECT_TRUE(symbolizer.warnings().empty()) << symbolizer.warnings()[0];
    EXPECT_EQ(symbolizer.data(facts.address_of("only.mu")), "only.mu");
}

// Whatever the path of the first module is: no names, one warning that names it, no hang.
void expect_unusable(Facts facts, const std::string &path, const std::string &reason)
{
    facts.modules[0].path = path;
    Symbolizer symbolizer(facts.modules);
    for (const Fact &fact : facts.code)
        EXPECT_EQ(symbolizer.chain(fact.address), "?:0");
    for (const Fact &fact : facts.data)
        EXPECT_EQ(symbolizer.data(fact.address), "");
    ASSERT_EQ(symbolizer.warnings().size(), 1u) << path;
    EXPECT_EQ(symbolizer.warnings()[0].rfind(path + " " + reason, 0), 0u)
        << symbolizer.warnings()[0];
}

TEST(SymbolizeFiles, WarnsAboutFilesThatCannotBeUsed)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "program"));
    run(compile("gcc -g -O1", "names.c", folder / "other"));
    run(compile("gcc -g -c", "names.c", folder / "object.o"));
    run("head -c 100 " + (folder / "program") + " >" + (folder / "short"));
    run("echo hello >" + (folder / "text") + "; : >" + (folder / "empty"));
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
    Facts facts = facts_of(folder / "program");
    expect_unusable(facts, folder / "missing", "does not exist");
    expect_unusable(facts, folder.path(), "is not a regular file");
    expect_unusable(facts, folder / "fifo", "is not a regular file");
    expect_unusable(facts, "/dev/zero", "is not a regular file");
    expect_unusable(facts, "names.c", "is not an absolute path");
    expect_unusable(facts, "", "is not an absolute path");
    expect_unusable(facts, folder / "text", "is not an ELF file");
    expect_unusable(facts, folder / "empty", "is not an ELF file");
    expect_unusable(facts, folder / "object.o", "is neither a program nor a shared library");
    expect_unusable(facts, folder / "other", "is not the file that was recorded");
    expect_unusable(facts, folder / "short", "is not");
}

TEST(SymbolizeFiles, ComparesBuildIdsBothWays)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "with"));
    run(compile("gcc -g -O2 -Wl,--build-id=none", "names.c", folder / "without"));
    Facts with = facts_of(folder / "with"), without = facts_of(folder / "without");
    expect_all(without, "names.c");
    expect_unusable(without, folder / "with", "is not the file that was recorded");
    expect_unusable(with, folder / "without", "is not the file that was recorded");
}

std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Bytes behind the first page (which has the build-id) are changed or cut off, always the same
// way. Names may be lost or wrong then; the process must live.
TEST(SymbolizeFiles, SurvivesDamagedFiles)
{
    Folder folder;
    run(compile("g++ -g -O2", "classes.cc", folder / "program"));
    Facts facts = facts_of(folder / "program");
    const std::string whole = read_file(folder / "program");
    facts.modules.resize(1);
    facts.modules[0].path = folder / "damaged";
    uint32_t random = 1;
    for (int round = 0; round < 150; round++) {
        std::string damaged = whole;
        for (int i = 0; i < 1 << (round % 10); i++) {
            random = random * 1664525 + 1013904223;
            damaged[4096 + random % (damaged.size() - 4096)] = char(random >> 24);
        }
        if (round % 5 == 0)
            damaged.resize(4096 + random % (damaged.size() - 4096));
        std::ofstream(folder / "damaged", std::ios::binary) << damaged;
        Symbolizer symbolizer(facts.modules);
        for (const Fact &fact : facts.code)
            symbolizer.chain(fact.address);
        for (const Fact &fact : facts.data)
            symbolizer.data(fact.address);
    }
}

} // namespace
