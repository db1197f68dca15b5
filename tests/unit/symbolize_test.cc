// The symbolizer against programs that print their own addresses with the names they must get,
// compiled here with several compilers and options.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "symbolize_sample.h"

namespace
{

using namespace sample;

struct Variant {
    const char *name, *source, *compiler;
};

void PrintTo(const Variant &variant, std::ostream *stream)
{
    *stream << variant.compiler << " " << variant.source;
}

class SymbolizeVariants : public testing::TestWithParam<Variant>
{
};

TEST_P(SymbolizeVariants, GivesEveryExpectedName)
{
    Folder folder;
    std::string program = folder / "program";
    run(compile(GetParam().compiler, GetParam().source, program));
    expect_all(facts_of(program), GetParam().source);
}

const Variant variants[] = {
    {"COptimizedPie", "names.c", "gcc -g -O2 -fPIE -pie"},
    {"CPlain", "names.c", "gcc -g -O0"},
    {"CFixedAddress", "names.c", "gcc -g -O1 -fno-pie -no-pie"},
    {"CDwarf4", "names.c", "gcc -gdwarf-4 -O2"},
    {"CSplit", "names.c", "gcc -g -gsplit-dwarf -O2"},
    {"CCompressed", "names.c", "gcc -g -gz -O2"},
    {"CClang", "names.c", "clang -g -O2"},
    {"CppOptimizedPie", "classes.cc", "g++ -g -O2 -fPIE -pie"},
    {"CppPlain", "classes.cc", "g++ -g -O0"},
    {"CppLinkTime", "classes.cc", "g++ -g -O2 -flto"},
    {"CppSections", "classes.cc",
     "g++ -g -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections"},
    {"CppClang", "classes.cc", "clang++ -g -O2"},
    {"CppClangDwarf4", "classes.cc", "clang++ -gdwarf-4 -O0"},
};

INSTANTIATE_TEST_SUITE_P(All, SymbolizeVariants, testing::ValuesIn(variants),
                         [](const testing::TestParamInfo<Variant> &info) {
                             return std::string(info.param.name);
                         });

TEST(Symbolize, ResolvesSharedLibraries)
{
    Folder folder;
    run(compile("gcc -g -O2 -fPIC -shared -Dmain=probe", "names.c", folder / "libnames.so"));
    run(compile("gcc -g -O2", "loader.c", folder / "loader"));
    expect_all(facts_of((folder / "loader") + " " + (folder / "libnames.so")), "names.c");
}

TEST(Symbolize, UsesTheSymbolTableWithoutDebugInformation)
{
    Folder folder;
    run(compile("gcc -g0 -O2", "names.c", folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    EXPECT_EQ(symbolizer.chain(facts.in("take").address), "take:0");
    EXPECT_EQ(symbolizer.frames(facts.in("take").address)[0].file, nullptr);
    EXPECT_EQ(symbolizer.data(facts.address_of("accounts[3].lock")), "accounts+0xe0");
    EXPECT_EQ(symbolizer.data(facts.address_of("plain")), "plain");
    EXPECT_EQ(symbolizer.data(facts.address_of("take::ticket_lock")), "ticket_lock");
}

TEST(Symbolize, DemanglesTheSymbolTable)
{
    Folder folder;
    run(compile("g++ -g0 -O2", "classes.cc", folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    EXPECT_EQ(symbolizer.chain(facts.in("Pool::take(int)").address), "Pool::take(int):0");
    EXPECT_EQ(symbolizer.data(facts.address_of("Pool::mu")), "Pool::mu");
    EXPECT_EQ(symbolizer.data(facts.address_of("Pool::take(int)::ticket")),
              "Pool::take(int)::ticket");
}

// Only `give` and main are exported: `take`, which lies near them, must not get their names.
TEST(Symbolize, BelievesDynamicSymbolsOnlyInsideTheirSize)
{
    Folder folder;
    run(compile("gcc -g0 -O2 -rdynamic", "names.c", folder / "program"));
    run("strip " + (folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    EXPECT_EQ(symbolizer.chain(facts.in("give").address), "give:0");
    EXPECT_EQ(symbolizer.chain(facts.in("take").address), "?:0");
    EXPECT_EQ(symbolizer.data(facts.address_of("accounts[0].lock")), "accounts+0x8");
    EXPECT_EQ(symbolizer.data(facts.address_of("plain")), "");
}

TEST(Symbolize, GivesModuleAndOffsetWhenNothingIsKnown)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "program"));
    run("strip " + (folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    const Module &program = facts.modules[0];
    uint64_t address = facts.in("take").address;
    jam_symbol_frame frame = symbolizer.frames(address)[0];
    EXPECT_EQ(frame.function, nullptr);
    EXPECT_EQ(frame.offset, address - program.bias);
    EXPECT_EQ(frame.module, program.path);
    EXPECT_FALSE(frame.is_inlined);

    frame = symbolizer.frames(0x10)[0];
    EXPECT_EQ(frame.module, nullptr);
    EXPECT_EQ(frame.offset, 0x10u);
    EXPECT_TRUE(symbolizer.warnings().empty());
}

TEST(Symbolize, HasNoFileForTheVdso)
{
    Module vdso = {0x7000, 0x7000, 0x9000, {}, "[vdso]"};
    Symbolizer symbolizer({vdso});
    EXPECT_STREQ(symbolizer.frames(0x7123)[0].module, "[vdso]");
    EXPECT_EQ(symbolizer.frames(0x7123)[0].offset, 0x123u);
    EXPECT_TRUE(symbolizer.warnings().empty());
}

// The same addresses, taken by another library after the first was unloaded.
TEST(Symbolize, ResolvesByGeneration)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "names"));
    run(compile("g++ -g -O2", "classes.cc", folder / "classes"));
    Facts names = facts_of(folder / "names"), classes = facts_of(folder / "classes");
    Module first = names.modules[0], second = classes.modules[0];
    uint64_t shift = first.start - second.start;
    second.start += shift;
    second.end += shift;
    second.bias += shift;
    first.first = 1, first.last = 2;
    second.first = 3, second.last = 5;
    Symbolizer symbolizer({second, first});

    const Fact &take = names.in("take"), &pool = classes.in("Pool::take(int)");
    EXPECT_EQ(symbolizer.chain(take.address, 1), take.expected);
    EXPECT_EQ(symbolizer.chain(take.address, 2), take.expected);
    EXPECT_EQ(symbolizer.chain(pool.address + shift, 3), pool.expected);
    EXPECT_EQ(symbolizer.chain(pool.address + shift, 5), pool.expected);
    EXPECT_EQ(symbolizer.data(classes.address_of("Pool::mu") + shift, 4), "Pool::mu");
    EXPECT_EQ(symbolizer.frames(pool.address + shift, 6)[0].module, nullptr);
}

// A call in a function's last instruction returns behind the function.
TEST(Symbolize, LooksUpReturnAddressesOneByteBefore)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    uint64_t take = facts.in("take").address;
    uint64_t start = take;
    while (symbolizer.function(start - 1, false) == "take")
        start--;
    EXPECT_LT(start, take);
    EXPECT_NE(symbolizer.function(start, true), "take");
    EXPECT_EQ(symbolizer.function(start, false), "take");
    EXPECT_EQ(symbolizer.frames(start, 1, true)[0].offset,
              symbolizer.frames(start, 1, false)[0].offset);
}

TEST(Symbolize, KeepsAnswersValid)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "program"));
    Facts facts = facts_of(folder / "program");
    Symbolizer symbolizer(facts.modules);
    const Module &program = facts.modules[0];
    std::vector<jam_symbol_frame> early = symbolizer.frames(facts.in("take").address);
    for (uint64_t address = program.start; address < program.end; address++)
        symbolizer.frames(address);
    std::vector<jam_symbol_frame> late = symbolizer.frames(facts.in("take").address);
    EXPECT_EQ(early[0].function, late[0].function);
    EXPECT_STREQ(late[0].function, "take");
}

TEST(Symbolize, CutsDataNamesAtTheCallersBuffer)
{
    Folder folder;
    run(compile("gcc -g -O2", "names.c", folder / "program"));
    Facts facts = facts_of(folder / "program");
    const Module &module = facts.modules[0];
    jam_symbol_module row = {
        module.path.c_str(),    module.bias,           module.start, module.end, 1, 1,
        module.build_id.data(), module.build_id.size()};
    jam_symbolizer *symbolizer = jam_symbolizer_new(&row, 1, nullptr);
    char name[8] = "1234567";
    uint64_t address = facts.address_of("accounts[3].lock");
    EXPECT_TRUE(jam_symbolizer_data_name(symbolizer, 1, address, name, sizeof name));
    EXPECT_STREQ(name, "account");
    EXPECT_FALSE(jam_symbolizer_data_name(symbolizer, 1, address, name, 0));
    jam_symbolizer_free(symbolizer);
}

TEST(Symbolize, TakesNoModulesAtAll)
{
    Symbolizer symbolizer({});
    EXPECT_EQ(symbolizer.chain(0x1234), "?:0");
    EXPECT_EQ(symbolizer.data(0x1234), "");
    jam_symbolizer_free(nullptr);
}

} // namespace
