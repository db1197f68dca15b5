// Numbers and text for people.
#include <gtest/gtest.h>

#include <string>

#include "util_shim.h"

namespace
{

TEST(Human, Times)
{
    const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7 ns"},
        {999, "999 ns"},
        {1000, "1.00 us"},
        {9994, "9.99 us"},
        {9995, "10.0 us"},
        {123456, "123 us"},
        {999499, "999 us"},
        {999500, "1.00 ms"},
        {4210000, "4.21 ms"},
        {999499999, "999 ms"},
        {999500000, "1.00 s"},
        {45600000000, "45.6 s"},
        {119500000000, "2 min 00 s"},
        {725000000000, "12 min 05 s"},
        {7500000000000, "2 h 05 min"},
        {UINT64_MAX, "5124095 h 34 min"},
    };
    char buffer[JAM_HUMAN_BYTES];
    for (const auto &test : cases)
        EXPECT_STREQ(jam_human_time(test.ns, buffer), test.text);
}

TEST(Human, Counts)
{
    char buffer[JAM_HUMAN_BYTES];
    EXPECT_STREQ(jam_human_count(0, buffer), "0");
    EXPECT_STREQ(jam_human_count(999, buffer), "999");
    EXPECT_STREQ(jam_human_count(1000, buffer), "1,000");
    EXPECT_STREQ(jam_human_count(UINT64_MAX, buffer), "18,446,744,073,709,551,615");
}

TEST(Human, Bytes)
{
    char buffer[JAM_HUMAN_BYTES];
    EXPECT_STREQ(jam_human_bytes(640, buffer), "640 bytes");
    EXPECT_STREQ(jam_human_bytes(12800, buffer), "12.5 KiB");
    EXPECT_STREQ(jam_human_bytes(3ull << 30, buffer), "3.0 GiB");
    EXPECT_STREQ(jam_human_bytes(UINT64_MAX, buffer), "16.0 EiB");
}

TEST(Human, Shares)
{
    char buffer[JAM_HUMAN_BYTES];
    EXPECT_STREQ(jam_human_share(1, 0, buffer), "-");
    EXPECT_STREQ(jam_human_share(0, 5, buffer), "0 %");
    EXPECT_STREQ(jam_human_share(1, 100000, buffer), "<0.1 %");
    EXPECT_STREQ(jam_human_share(42, 100, buffer), "42.0 %");
}

TEST(Human, HostileTextIsMadeHarmless)
{
    const struct {
        std::string text;
        const char *clean;
    } cases[] = {
        {"plain", "plain"},
        {"Größe €𝄞", "Größe €𝄞"},
        {"a\x1b[31mb\n\x7f", "a?[31mb??"},
        {"\xff\xfe", "??"},
        {"\xc3", "?"},                // cut sequence
        {"\xc0\xaf", "??"},           // overlong
        {"\xe0\x80\xaf", "???"},      // overlong
        {"\xed\xa0\x80", "???"},      // surrogate
        {"\xf4\x90\x80\x80", "????"}, // above the last code point
        {"\xe2\x80\xae"
         "x",
         "???x"},           // turns the direction of writing
        {"\xc2\x9b", "??"}, // control in two bytes
    };
    char buffer[64];
    for (const auto &test : cases)
        EXPECT_STREQ(jam_human_clean(test.text.c_str(), buffer, sizeof buffer), test.clean);
}

TEST(Human, CutsAtCharacters)
{
    char buffer[6];
    EXPECT_STREQ(jam_human_clean("ab€€", buffer, sizeof buffer), "ab€");
    EXPECT_STREQ(jam_human_clean("abc€", buffer, sizeof buffer), "abc");
    EXPECT_STREQ(jam_human_clean_bytes("abcdef", 3, buffer, sizeof buffer), "abc");
    EXPECT_EQ(jam_human_columns("ab€"), 3u);
}

TEST(FunctionName, Shortens)
{
    const struct {
        const char *full;
        const char *name;
    } cases[] = {
        {"transfer", "transfer"},
        {"void a::B<int, std::vector<x> >::c<char>(int, d<e>) const", "a::B::c"},
        {"rocksdb::(anonymous namespace)::Run(int)", "rocksdb::(anonymous namespace)::Run"},
        {"Pool::~Pool()", "Pool::~Pool"},
        {"A::operator()(int) const", "A::operator()"},
        {"A::operator<<(int)", "A::operator<<"},
        {"A::operator bool() const", "A::operator bool"},
        {"main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
        {"f(int)::{lambda()#2}::operator()() const", "f::{lambda()#2}::operator()"},
        {"<weird", "<weird"},
        {"", ""},
        {"((((", "(((("},
    };
    char buffer[128];
    for (const auto &test : cases)
        EXPECT_STREQ(jam_function_shorten(test.full, buffer, sizeof buffer), test.name);
}

TEST(FunctionName, IsCutToTheBuffer)
{
    char buffer[5];
    EXPECT_STREQ(jam_function_shorten("transfer", buffer, sizeof buffer), "tran");
}

TEST(FunctionName, KnowsPlumbing)
{
    for (const char *name : {"std::mutex::lock()", "std::lock_guard<std::mutex>::lock_guard(int&)",
                             "__gthread_mutex_lock", "rocksdb::port::Mutex::Lock()",
                             "rocksdb::MutexLock::MutexLock(rocksdb::port::Mutex*)",
                             "uv_mutex_lock", "PyThread_acquire_lock"})
        EXPECT_TRUE(jam_function_is_plumbing(name, nullptr)) << name;
    for (const char *name :
         {"transfer", "lock_account", "Pool::take(int)", "block", "Clock::tick()", "main"})
        EXPECT_FALSE(jam_function_is_plumbing(name, "/home/me/bank.c")) << name;
    EXPECT_TRUE(jam_function_is_plumbing("f", "/usr/include/c++/12/bits/std_mutex.h"));
    EXPECT_FALSE(jam_function_is_plumbing(nullptr, nullptr));
    EXPECT_TRUE(jam_function_is_start("start_thread"));
    EXPECT_FALSE(jam_function_is_start("start_threads"));
}

TEST(Map, FindsWhatWasInserted)
{
    jam_map map = {};
    EXPECT_EQ(jam_map_find(&map, 1, 2), JAM_MAP_NONE);
    for (uint32_t i = 0; i < 5000; i++)
        EXPECT_EQ(jam_map_insert(&map, i % 70, i / 70, i), i);
    for (uint32_t i = 0; i < 5000; i++)
        EXPECT_EQ(jam_map_find(&map, i % 70, i / 70), i);
    EXPECT_EQ(jam_map_insert(&map, 3, 0, 99), 3u);
    EXPECT_EQ(jam_map_find(&map, 70, 0), JAM_MAP_NONE);
    jam_map_fini(&map);
}

TEST(Intern, NumbersDistinctStrings)
{
    jam_intern set = {};
    EXPECT_EQ(jam_intern_add(&set, "a"), 0u);
    EXPECT_EQ(jam_intern_add(&set, "b"), 1u);
    EXPECT_EQ(jam_intern_add(&set, "a"), 0u);
    EXPECT_STREQ(jam_intern_text(&set, 1), "b");
    jam_intern_fini(&set);
}

} // namespace
