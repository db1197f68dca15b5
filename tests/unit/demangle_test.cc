// Readable names of C, C++ and Rust symbols.
#include <gtest/gtest.h>

#include <string>

#include "symbolize_shim.h"

namespace
{

std::string demangle(const std::string &symbol, size_t size = JAM_DEMANGLE_BYTES)
{
    std::string name(size, '#');
    size_t length = jam_demangle(symbol.c_str(), &name[0], size);
    EXPECT_LT(length, size);
    EXPECT_EQ(name[length], '\0');
    name.resize(length);
    return name;
}

struct Case {
    const char *symbol, *name;
};

TEST(Demangle, KnowsEveryLanguage)
{
    const Case cases[] = {
        {"main", "main"},
        {"", ""},
        {"_ZN4Pool4takeEi", "Pool::take(int)"},
        {"_ZN4Pool2muE", "Pool::mu"},
        {"_ZL2mu", "mu"},
        {"_ZN12_GLOBAL__N_12muE", "(anonymous namespace)::mu"},
        {"_ZZ4takevE6ticket", "take()::ticket"},
        {"_ZN8RegistryISt5mutexE4lockE", "Registry<std::mutex>::lock"},
        {"_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()() const"},
        {"_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"},
        {"_ZN4pool5inner4take17h0123456789abcdefE.llvm.1234", "pool::inner::take"},
        {"_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$"
         "3bar17h930b740a"
         "a94f1d3aE",
         "<Test + 'static as foo::Bar<Test>>::bar"},
        {"_RNvCs1234_7mycrate3foo", "mycrate::foo"},
        {"_RNvNtCs8_4pool5inner4take", "pool::inner::take"},
    };
    for (const Case &c : cases)
        EXPECT_EQ(demangle(c.symbol), c.name) << c.symbol;
}

TEST(Demangle, DropsWhatCompilersAndLinkersAppend)
{
    const Case cases[] = {
        {"take.constprop.0", "take"},
        {"lock.1", "lock"},
        {"pthread_create@@GLIBC_2.34", "pthread_create"},
        {"_Z3foov.isra.0", "foo()"},
        {"_ZN4Pool4takeEi.cold", "Pool::take(int)"},
        {".hidden", ".hidden"},
    };
    for (const Case &c : cases)
        EXPECT_EQ(demangle(c.symbol), c.name) << c.symbol;
}

TEST(Demangle, CopiesWhatOnlyLooksMangled)
{
    EXPECT_EQ(demangle("_Z"), "_Z");
    EXPECT_EQ(demangle("_ZN4Pool"), "_ZN4Pool");
    EXPECT_EQ(demangle("_R"), "_R");
    EXPECT_EQ(demangle("_RNvC"), "_RNvC");
}

TEST(Demangle, CutsAtTheCallersBuffer)
{
    EXPECT_EQ(demangle("_ZN4Pool4takeEi", 8), "Pool::t");
    EXPECT_EQ(demangle("simple", 4), "sim");
    EXPECT_EQ(demangle("simple", 1), "");
}

// f(pair<int, int>, pair<A, A>, pair<B, B>, ...), each argument by reference to the one before it:
// thirty steps of ten bytes that stand for a text of 2^30 names.
TEST(Demangle, BoundsNamesThatExplode)
{
    const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string symbol = "_Z1fSt4pairIiiE";
    for (int i = 0; i < 30; i++) {
        std::string previous = "S" + digits.substr(i, 1) + "_";
        symbol += "S_I" + previous + previous + "E";
    }
    std::string name = demangle(symbol);
    EXPECT_EQ(name.size(), size_t(JAM_DEMANGLE_BYTES - 1));
    EXPECT_EQ(name.rfind("f(std::pair<int, int>, std::pair<std::pair<int, int>, ", 0), 0u) << name;
}

TEST(Demangle, SurvivesDeepNesting)
{
    for (char letter : {'P', 'N', 'I', 'K', 'L', 'S', 'T'}) {
        EXPECT_LT(demangle("_Z1f" + std::string(4000, letter)).size(), size_t(JAM_DEMANGLE_BYTES));
        EXPECT_LT(demangle("_Z1f" + std::string(100000, letter)).size(),
                  size_t(JAM_DEMANGLE_BYTES));
        EXPECT_LT(demangle("_RNvC1a" + std::string(4000, letter)).size(),
                  size_t(JAM_DEMANGLE_BYTES));
    }
}

TEST(DataName, CutsAtTheCallersBuffer)
{
    char text[12];
    jam_data_name name;
    jam_data_name_init(&name, text, sizeof text);
    jam_data_name_add(&name, "accounts");
    size_t mark = name.used;
    jam_data_name_add_index(&name, 1234);
    EXPECT_STREQ(text, "accounts[12");
    jam_data_name_add_member(&name, "lock");
    EXPECT_STREQ(text, "accounts[12");
    jam_data_name_cut(&name, mark);
    jam_data_name_add_distance(&name, 0x7);
    EXPECT_STREQ(text, "accounts+0x");
}

TEST(DataName, KnowsLockTypes)
{
    for (const char *type : {"pthread_mutex_t", "sem_t", "mutex", "shared_mutex",
                             "counting_semaphore<4>", "condition_variable", "_IO_FILE_plus"})
        EXPECT_TRUE(jam_data_name_is_lock_type(type)) << type;
    for (const char *type : {"", "int", "pthread_mutex", "mutex_t", "Pool", "mutex2", "<mutex>"})
        EXPECT_FALSE(jam_data_name_is_lock_type(type)) << type;
}

} // namespace
