// Suppressions, baselines, declared orders: what fits, and what is said about damaged files.
#include <gtest/gtest.h>

#include <string>

#include "check_shim.h"
#include "trace_builder.h"

namespace
{

char error[JAM_SHIM_TEXT_BYTES];

const char *const cycle_stacks[] = {"lock_a<pay<main", "lock_b<pay<main", "lock_b<refund<work",
                                    "lock_a<refund<work", nullptr};
const char *const cycle_locks[] = {"accounts[1].mu", "journal", nullptr};
const jam_shim_subject cycle = {"lock-order-inversion", "0123456789abcdef", cycle_stacks, 2,
                                cycle_locks};

const char *const misuse_stacks[] = {"inl_guard<close<main", nullptr};
const char *const misuse_locks[] = {"pool", nullptr};
const jam_shim_subject misuse = {"unlock-unlocked", "fedcba9876543210", misuse_stacks, 0,
                                 misuse_locks};

struct fit {
    const char *what;
    const char *text;
    const jam_shim_subject *subject;
    unsigned line; // of the rule that fits, 0 = none
};

const fit fits[] = {
    {"both edges",
     "suppress lock-order-inversion {\n edge = lock_a < pay -> lock_b < pay\n"
     " edge = lock_b < refund -> lock_a\n}\n",
     &cycle, 1},
    {"one edge is not the cycle",
     "suppress lock-order-inversion {\n edge = lock_a < pay -> lock_b < pay\n}\n", &cycle, 0},
    {"an edge that the cycle does not have",
     "suppress * {\n edge = lock_* -> lock_*\n edge = x -> y\n}\n", &cycle, 0},
    {"one pattern for all edges", "suppress * {\n edge = lock_? -> lock_?\n}\n", &cycle, 1},
    {"holds and wants are not the same",
     "suppress * {\n edge = lock_b < pay -> lock_a < pay\n"
     " edge = lock_a < refund -> lock_b\n}\n",
     &cycle, 0},
    {"another kind", "suppress deadlock {\n lock = journal\n}\n", &cycle, 0},
    {"locks by pattern", "# comment\n\nsuppress * {\n lock = accounts[*].mu\n lock = journal\n}",
     &cycle, 3},
    {"a lock that is not in it", "suppress * {\n lock = journal\n lock = other\n}\n", &cycle, 0},
    {"the id", "suppress * {\n id = 0123456789abcdef\n}\n", &cycle, 1},
    {"another id", "suppress * {\n id = 0123456789abcde0\n}\n", &cycle, 0},
    {"a frame's file", "suppress * {\n stack = file.c\n}\n", &misuse, 1},
    {"a chain is one after the other", "suppress * {\n stack = inl_guard < main\n}\n", &misuse, 0},
    {"holds on its last day", "suppress * {\n lock = pool\n expires = 2027-06-30\n}\n", &misuse, 1},
    {"has expired", "suppress * {\n lock = pool\n expires = 2027-06-29\n}\n", &misuse, 0},
    {"the second rule", "suppress relock {\n}\nsuppress unlock-unlocked {\n}\n", &misuse, 3},
    {"tsan: part of a function", "race:lock\ndeadlock:ock_a\n", &cycle, 2},
    {"tsan: tied to the beginning", "deadlock:^ock_a\n", &cycle, 0},
    {"tsan: tied to both ends", "deadlock:^ref*nd$\n", &cycle, 1},
    {"tsan: module", "deadlock:libpay.so\n", &cycle, 1},
    {"tsan: mutex is about misuse", "mutex:lock_a\n", &cycle, 0},
    {"tsan: misuse", "mutex:close\n", &misuse, 1},
    {"tsan: deadlock is not about misuse", "deadlock:close\n", &misuse, 0},
    {"valgrind: a wish", "{\n n\n Helgrind:LockOrder\n fun:lock_b\n fun:pay\n}\n", &cycle, 1},
    {"valgrind: not what is held", "{\n n\n Helgrind:LockOrder\n fun:lock_a\n fun:pay\n}\n", &cycle,
     0},
    {"valgrind: its own frames in front",
     "{\nn\nHelgrind:LockOrder\nfun:mutex_lock_WRK\nfun:pthread_mutex_lock\nfun:lock_b\n}\n",
     &cycle, 1},
    {"valgrind: dots", "{\nn\nHelgrind:LockOrder\n...\nfun:refund\nfun:work\n}\n", &cycle, 1},
    {"valgrind: dots, then nothing", "{\nn\nHelgrind:LockOrder\n...\nfun:nothing\n}\n", &cycle, 0},
    {"valgrind: object", "{\nn\nHelgrind:LockOrder\nobj:*/libpay.so*\n}\n", &cycle, 1},
    {"valgrind: other tools", "{\nn\nMemcheck:Param\nwrite(buf)\nfun:lock_b\n}\n", &cycle, 0},
    {"valgrind: several tools", "{\nn\nDRD,Helgrind:LockOrder\nfun:lock_b\n}\n", &cycle, 1},
    {"valgrind: inlined frames may be missing",
     "{\nn\nHelgrind:UnlockUnlocked\nfun:close\nfun:main\n}\n", &misuse, 1},
    {"valgrind: inlined frames may be there",
     "{\nn\nHelgrind:UnlockUnlocked\nfun:inl_guard\nfun:close\n}\n", &misuse, 1},
};

TEST(Suppressions, Fit)
{
    for (const fit &row : fits) {
        unsigned hit = 99;
        EXPECT_GE(jam_shim_suppress(row.text, row.subject, 20270630, &hit, error), 0)
            << row.what << ": " << error;
        EXPECT_EQ(hit, row.line) << row.what;
    }
}

TEST(Suppressions, KnowMangledNames)
{
    static const char *const stacks[] = {"pay::Pool::take(int)<main", "x", nullptr};
    const jam_shim_subject subject = {"deadlock", "0123456789abcdef", stacks, 0, misuse_locks};
    const struct {
        const char *name;
        unsigned line;
    } names[] = {
        {"_ZN3pay4Pool4takeEi", 1}, {"_ZN3pay4Pool*", 1}, {"_ZN3pay4Poo*", 1},
        {"_ZN3pay4Pool4giveEi", 0}, {"_ZN3pax4Pool*", 0}, {"_Z4take*", 0},
        {"pay::Pool::take", 1},     {"_ZN", 0},           {"_ZN99*", 0},
    };
    for (const auto &row : names) {
        unsigned hit = 99;
        std::string text = std::string("{\nn\nHelgrind:LockOrder\nfun:") + row.name + "\n}\n";
        EXPECT_EQ(jam_shim_suppress(text.c_str(), &subject, 0, &hit, error), 1) << error;
        EXPECT_EQ(hit, row.line) << row.name;
    }
}

struct damage {
    const char *text;
    const char *message;
};

const damage damages[] = {
    {"suppress foo {\n}\n", "file:1: 'foo' is no kind of finding; * means all"},
    {"\n\nsuppress deadlock\n", "file:3: a suppression begins with 'suppress KIND {'"},
    {"suppress deadlock {\nedge = a\n}",
     "file:2: an edge is 'HOLDS -> WANTS', the arrow is missing"},
    {"suppress deadlock {\nedge = -> a\n}",
     "file:2: an edge is 'HOLDS -> WANTS', one side is empty"},
    {"suppress deadlock {\nlock =\n}", "file:2: lock has no value"},
    {"suppress deadlock {\nlocks = x\n}", "file:2: unknown key 'locks'"},
    {"suppress deadlock {\nlock\n}", "file:2: 'lock' is neither 'KEY = VALUE' nor '}'"},
    {"suppress deadlock {\nid = 12\n}", "file:2: '12' is no id"},
    {"suppress deadlock {\nexpires = 30.6.2027\n}", "file:2: '30.6.2027' is no date"},
    {"suppress deadlock {\nexpires = 2027-13-01\n}", "file:2: '2027-13-01' is no date"},
    {"\nsuppress deadlock {\nlock = x\n\n", "file:2: the block has no end: '}' is missing"},
    {"deadlock:\n", "file:1: no pattern behind the ':'"},
    {"dedlock:x\n", "file:1: 'dedlock:x' is no suppression"},
    {"{\nn\nHelgrind:LockOrder\nfun:x\n", "file:4: the block has no end: '}' is missing"},
    {"{\nn\n", "file:2: the block has no end: '}' is missing"},
    {"{\nn\nLockOrder\nfun:x\n}\n", "file:3: 'LockOrder' is no TOOL:KIND"},
    {"{\nn\nHelgrind:LockOrder\nfoo:x\n}\n", "file:4: 'foo:x' is neither fun:"},
    {"{\nn\nHelgrind:LockOrder\n}\n", "file:4: the block names no caller"},
};

TEST(Suppressions, NameFileLineAndReasonOfDamage)
{
    for (const damage &row : damages) {
        EXPECT_EQ(jam_shim_suppress(row.text, nullptr, 0, nullptr, error), -3) << row.text;
        EXPECT_EQ(std::string(error).rfind(row.message, 0), 0u) << error;
    }
}

TEST(Suppressions, PassOverWhatIsAboutOtherThings)
{
    EXPECT_EQ(jam_shim_suppress("race:x\nthread:y\n{\nn\nMemcheck:Leak\nfun:z\n}\n", nullptr, 0,
                                nullptr, error),
              0);
    EXPECT_EQ(jam_shim_suppress("", nullptr, 0, nullptr, error), 0);
}

TEST(Baseline, KnowsIds)
{
    int has = 0;
    const char *text = "lockjam-baseline 1\n# old\n\n0123456789abcdef deadlock a and b\n"
                       "0000000000000001 relock x\n0000000000000001 relock x\n";
    EXPECT_EQ(jam_shim_baseline(text, 0x0123456789abcdefu, &has, error), 2) << error;
    EXPECT_EQ(has, 1);
    EXPECT_EQ(jam_shim_baseline(text, 2, &has, error), 2);
    EXPECT_EQ(has, 0);
}

TEST(Baseline, NamesFileLineAndReasonOfDamage)
{
    const damage rows[] = {
        {"", "file:1: not a baseline"},
        {"{\"schema\": 1}\n", "file:1: not a baseline"},
        {"lockjam-baseline 1\n012 deadlock x\n", "file:2: '012 deadlock x' does not begin"},
        {"lockjam-baseline 1\n\n0123456789abcdef dead x\n", "file:3: 'dead' is no kind of finding"},
        {"lockjam-baseline 1\n0123456789abcdef\n", "file:2: '0123456789abcdef' does not begin"},
    };
    int has;
    for (const damage &row : rows) {
        EXPECT_EQ(jam_shim_baseline(row.text, 0, &has, error), -3) << row.text;
        EXPECT_EQ(std::string(error).rfind(row.message, 0), 0u) << error;
    }
}

TEST(DeclaredOrder, FollowsPairs)
{
    const char *text =
        "lockjam-lock-order 1\n# all\na -> b\nb::mu -> c[].mu\nb -> b::mu\n a -> c \n";
    const struct {
        const char *before, *after;
        int has;
    } rows[] = {
        {"a", "b", 1}, {"a", "c[].mu", 1}, {"c[].mu", "a", 0}, {"b", "c", 0},
        {"a", "x", 0}, {"x", "a", 0},      {"a", "a", 0},
    };
    for (const auto &row : rows) {
        int has = -1;
        EXPECT_EQ(jam_shim_order(text, row.before, row.after, &has, error), 4) << error;
        EXPECT_EQ(has, row.has) << row.before << " -> " << row.after;
    }
}

TEST(DeclaredOrder, NamesFileLineAndReasonOfDamage)
{
    const damage rows[] = {
        {"a -> b\n", "file:1: not a lock order"},
        {"lockjam-lock-order 1\na < b\n", "file:2: 'a < b' is no 'BEFORE -> AFTER'"},
        {"lockjam-lock-order 1\nx -> a\na -> b\nb -> c\nc -> a\nc -> y\n",
         "file:5: 'c -> a' contradicts the other lines"},
        {"lockjam-lock-order 1\na -> b\nb -> a\n", "file:3: 'b -> a' contradicts the other lines"},
    };
    int has;
    for (const damage &row : rows) {
        EXPECT_EQ(jam_shim_order(row.text, "a", "b", &has, error), -3) << row.text;
        EXPECT_EQ(std::string(error).rfind(row.message, 0), 0u) << error;
    }
}

TEST(Pattern, Matches)
{
    const struct {
        const char *pattern, *text;
        int match, part;
    } rows[] = {
        {"abc", "abc", 1, 1},  {"b", "abc", 0, 1},
        {"a*c", "abbc", 1, 1}, {"a?c", "abc", 1, 0},
        {"*", "", 1, 1},       {"", "", 1, 1},
        {"", "x", 0, 1},       {"a*b*c", "aXbYbZc", 1, 1},
        {"^b", "abc", 0, 0},   {"^a*c$", "abc", 0, 1},
        {"b$", "abc", 0, 0},   {"c$", "abc", 0, 1},
        {"a*d", "abc", 0, 0},  {"*a", "aaab", 0, 1},
        {"*a*", "bab", 1, 1},  {"^$", "x", 0, 0},
    };
    for (const auto &row : rows) {
        EXPECT_EQ(jam_shim_pattern_match(row.pattern, row.text), row.match) << row.pattern;
        EXPECT_EQ(jam_shim_pattern_part(row.pattern, row.text), row.part) << row.pattern;
    }
}

TEST(Fingerprint, IsMadeOfNames)
{
    uint64_t plain = jam_shim_fingerprint_frame("f", "src/a.c", "/usr/bin/x", 100);
    EXPECT_EQ(plain, jam_shim_fingerprint_frame("f", "../a.c", "/opt/x", 200));
    EXPECT_NE(plain, jam_shim_fingerprint_frame("g", "src/a.c", "/usr/bin/x", 100));
    EXPECT_NE(plain, jam_shim_fingerprint_frame("f", "src/b.c", "/usr/bin/x", 100));
    EXPECT_EQ(jam_shim_fingerprint_frame("f", nullptr, "liba.so.1.2", 0),
              jam_shim_fingerprint_frame("f", nullptr, "liba.so.1.3", 0));
    EXPECT_NE(jam_shim_fingerprint_frame(nullptr, nullptr, "liba.so", 8),
              jam_shim_fingerprint_frame(nullptr, nullptr, "liba.so", 16));
    EXPECT_EQ(jam_shim_fingerprint_frame(nullptr, nullptr, nullptr, 8),
              jam_shim_fingerprint_frame(nullptr, nullptr, nullptr, 16));
}

TEST(Fingerprint, PartsAreASet)
{
    const uint64_t abc[] = {1, 2, 3}, cab[] = {3, 1, 2}, aabbc[] = {1, 1, 2, 2, 3}, ab[] = {1, 2};
    EXPECT_EQ(jam_shim_fingerprint_join(abc, 3), jam_shim_fingerprint_join(cab, 3));
    EXPECT_EQ(jam_shim_fingerprint_join(abc, 3), jam_shim_fingerprint_join(aabbc, 5));
    EXPECT_NE(jam_shim_fingerprint_join(abc, 3), jam_shim_fingerprint_join(ab, 2));
}

TEST(Fingerprint, ClassesHaveNoInstances)
{
    char text[JAM_SHIM_TEXT_BYTES];
    EXPECT_STREQ(jam_shim_fingerprint_class("accounts[12].lock", text), "accounts[].lock");
    EXPECT_STREQ(jam_shim_fingerprint_class("table+0x78", text), "table");
    EXPECT_STREQ(jam_shim_fingerprint_class("a[1][2]", text), "a[][]");
    EXPECT_STREQ(jam_shim_fingerprint_class("a[x].b[3", text), "a[x].b[3");
}

// enum jam_loss, which C++ cannot include.
enum { EVENTS = 4, DEPENDENCIES = 6, HELD = 7, THREADS_FOLDED = 8, KINDS = 16 };

// What was lost is said together with what it can hide; a damaged trace is still checked.
TEST(CheckLosses, SayWhatTheyHide)
{
    const struct {
        const char *what;
        unsigned loss;
        uint64_t count;
        size_t bytes; // of the file, 0 = all
        const char *text;
    } rows[] = {
        {"nothing", EVENTS, 0, 0, "Nothing lost"},
        {"dependencies", DEPENDENCIES, 1234, 0,
         "Lost: 1,234 lock dependencies were not stored: cycles through them are not seen"},
        {"events", EVENTS, 5, 0,
         "Lost: 5 old events were overwritten: livelocks before them are not seen"},
        {"deliberate", THREADS_FOLDED, 7, 0, "Nothing lost"},
        {"cut off", HELD, 1, 20000,
         "Lost: 1 held locks were not listed: cycles through them are not seen; a trace is "
         "damaged: "
         "what stood in the damaged places is unknown"},
    };
    for (const auto &row : rows) {
        char text[JAM_SHIM_TEXT_BYTES];
        struct jam_builder *builder = jam_builder_sample();
        for (unsigned loss = 0; loss < KINDS; loss++)
            jam_builder_set_loss(builder, loss, loss == row.loss ? row.count : 0);
        std::string path = jam_builder_write(builder, row.bytes);
        EXPECT_STREQ(jam_shim_check_losses(&path[0], text), row.text) << row.what;
        remove(path.c_str());
        jam_builder_free(builder);
    }
}

TEST(Wrap, BreaksAtBlanks)
{
    char text[JAM_SHIM_TEXT_BYTES];
    EXPECT_STREQ(jam_shim_wrap("one two three", 2, 9, text), "one two\n  three\n");
    EXPECT_STREQ(jam_shim_wrap("a /very/long/path b", 0, 5, text), "a\n/very/long/path\nb\n");
    EXPECT_STREQ(jam_shim_wrap("", 0, 5, text), "\n");
}

} // namespace
