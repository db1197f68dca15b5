/* Lock-order cycles, from scripts: what is found, what is dropped and why. */
#include <gtest/gtest.h>

#include "lock_script.h"

namespace
{

struct Case {
    const char *what;
    const char *script;
    const char *result;
};

void check(const std::vector<Case> &cases)
{
    for (const auto &row : cases)
        EXPECT_EQ(LockScript(row.script).result(), row.result) << row.what << "\n" << row.script;
}

#define AB "T1 lock A; T1 lock B; T1 unlock B; T1 unlock A; "
#define BA "T2 lock B; T2 lock A; T2 unlock A; T2 unlock B; "

TEST(LockOrder, Cycles)
{
    check({
        {"two orders", AB BA, "feasible A B"},
        {"one order", AB "T2 lock A; T2 lock B", ""},
        {"no second lock", "T1 lock A; T2 lock B", ""},
        {"the run hangs there", "T1 lock A; T2 lock B; T1 want B; T2 want A", "feasible A B"},
        {"three", "T1 lock A; T1 lock B; T2 lock B; T2 lock C; T3 lock C; T3 lock A",
         "feasible A B C"},
        {"four",
         "T1 lock A; T1 lock B; T2 lock B; T2 lock C; T3 lock C; T3 lock D; T4 lock D; T4 lock A",
         "feasible A B C D"},
        {"six",
         "T1 lock A; T1 lock B; T2 lock B; T2 lock C; T3 lock C; T3 lock D; T4 lock D; T4 lock E;"
         "T5 lock E; T5 lock F; T6 lock F; T6 lock A",
         "feasible A B C D E F"},
        {"what lies between does not matter",
         "T1 lock A; T1 lock X; T1 lock B; T2 lock B; T2 lock Y; T2 lock A", "feasible A B"},
        {"a short cycle and a longer one around another arc",
         AB BA "T3 lock B; T3 lock C; T3 unlock C; T3 unlock B; T2 lock C; T2 lock A",
         "feasible A B\nfeasible A B C"},
        {"not all arcs of a ring",
         "T1 lock A; T1 lock B; T2 lock B; T2 lock C; T3 lock A; T3 lock C", ""},
    });
}

TEST(LockOrder, Kinds)
{
    for (const char *kind : {"mutex", "rwlock", "spin", "sem-lock", "once", "custom"})
        EXPECT_EQ(LockScript("kind A " + std::string(kind) + ";" AB BA).result(), "feasible A B")
            << kind;
    EXPECT_EQ(LockScript("kind A sem;" AB BA).result(), "") << "a semaphore that nobody holds";
}

TEST(LockOrder, GateLock)
{
    check({
        {"below one outer lock", "T1 lock G;" AB "T1 unlock G; T2 lock G;" BA, "gate-lock(G) A B"},
        {"each has its own outer lock", "T1 lock G;" AB "T2 lock H;" BA, "feasible A B"},
        {"only one has an outer lock", "T1 lock G;" AB BA, "feasible A B"},
        {"one unguarded instance revives it",
         "T1 lock G;" AB "T1 unlock G; T2 lock G;" BA "T2 unlock G;" BA, "feasible A B"},
        {"an unguarded instance of the same order in another thread does not",
         "T1 lock G;" AB "T1 unlock G; T2 lock G;" BA "T2 unlock G; T2 lock A; T2 lock B",
         "gate-lock(G) A B"},
        {"both read the outer lock", "kind G rwlock; T1 read G;" AB "T2 read G;" BA,
         "feasible A B"},
        {"one reads, the other writes the outer lock",
         "kind G rwlock; T1 read G;" AB "T2 write G;" BA, "gate-lock(G) A B"},
        {"in a cycle of three",
         "T1 lock G; T1 lock A; T1 lock B; T2 lock B; T2 lock C; T3 lock G; T3 lock C; T3 lock A",
         "gate-lock(G) A B C"},
        {"taken in between", "T1 lock A; T1 lock G; T1 lock B; T2 lock B; T2 lock G; T2 lock A",
         "feasible A G\nfeasible B G\ngate-lock(G) A B"},
    });
}

TEST(LockOrder, SingleThread)
{
    check({
        {"one thread, both orders", AB "T1 lock B; T1 lock A", "single-thread(T1) A B"},
        {"another does one of them",
         AB "T1 lock B; T1 lock A; T1 unlock A; T1 unlock B;"
            "T2 lock A; T2 lock B",
         "feasible A B"},
        {"three locks, two threads",
         "T1 lock A; T1 lock B; T1 unlock B; T1 unlock A; T1 lock B; T1 lock C; T2 lock C; T2 lock "
         "A",
         "single-thread(T1) A B C"},
    });
}

TEST(LockOrder, HappensBefore)
{
    check({
        {"before the create", AB "T1 create T2;" BA, "happens-before(T2) A B"},
        {"after the create", "T1 create T2;" AB BA, "feasible A B"},
        {"after the join", "T1 create T2;" BA "T1 join T2;" AB, "happens-before(T2) A B"},
        {"before the join", "T1 create T2;" BA AB "T1 join T2", "feasible A B"},
        {"grandchild", AB "T1 create T3; T3 create T2;" BA, "happens-before(T2) A B"},
        {"joined by the creator of the other", "T0 create T1;" AB "T0 join T1; T0 create T2;" BA,
         "happens-before(T2) A B"},
        {"created before the join", "T0 create T1; T0 create T2;" AB "T0 join T1;" BA,
         "feasible A B"},
        {"once more after the create", AB "T1 create T2;" AB BA, "feasible A B"},
        {"a barrier between", AB "barrier T1 T2;" BA, "happens-before(barrier) A B"},
        {"both after the barrier", "barrier T1 T2;" AB BA, "feasible A B"},
        {"a barrier of others", AB "barrier T3 T4;" BA, "feasible A B"},
        {"barriers in a chain", AB "barrier T1 T3; barrier T3 T2;" BA,
         "happens-before(barrier) A B"},
        {"barriers in the wrong order", "barrier T3 T2;" AB "barrier T1 T3;" BA, "feasible A B"},
        {"release and acquire are no order",
         AB "T1 lock C; T1 unlock C; T2 lock C; T2 unlock C;" BA, "feasible A B"},
    });
}

TEST(LockOrder, SoftOrder)
{
    check({
        {"a wake between", AB "T1 wakes T2;" BA, "weak/soft(semaphore) A B"},
        {"a wake before", "T1 wakes T2;" AB BA, "feasible A B"},
        {"wakes in a chain", AB "T1 wakes T3; T3 wakes T2;" BA, "weak/soft(semaphore) A B"},
        {"a wake, then a create", AB "T1 wakes T0; T0 create T2;" BA, "weak/soft(semaphore) A B"},
        {"a create, then a wake", "T0 create T2;" AB "T1 wakes T0;" BA, "feasible A B"},
        {"another instance is not ordered", AB "T1 wakes T2;" BA "T3 lock A; T3 lock B",
         "feasible A B"},
    });
}

TEST(LockOrder, SharedReaders)
{
    const std::string both = "kind A rwlock; kind B rwlock; ";
    const std::string prefer = "kind A rwlock-writer; kind B rwlock-writer; ";
    const std::string readers = "T1 read A; T1 read B; T2 read B; T2 read A; "
                                "T1 unlock A; T1 unlock B; T2 unlock A; T2 unlock B; ";
    struct {
        const char *what;
        std::string script, result;
    } cases[] = {
        {"only readers", both + readers, "shared-readers(A) A B"},
        {"a writer, but readers pass it", both + readers + "T3 write A; T4 write B",
         "shared-readers(A) A B"},
        {"nobody writes", prefer + readers, "shared-readers(A) A B"},
        {"writers that block readers", prefer + readers + "T3 write A; T4 write B",
         "feasible/readers(B) A B"},
        {"a writer for one of the two", prefer + readers + "T3 write A", "shared-readers(B) A B"},
        {"the writers are the readers", prefer + readers + "T1 write A; T2 write B",
         "weak/readers(A) A B"},
        {"wrote before the readers were created",
         prefer + "T0 write A; T0 unlock A; T0 write B; T0 unlock B; T0 create T1; T0 create T2;" +
             readers,
         "weak/readers(A) A B"},
        {"one of them writes", both + "T1 write A; T1 read B; T2 read B; T2 read A",
         "shared-readers(B) A B"},
        {"each meets a writer", both + "T1 write A; T1 read B; T2 write B; T2 read A",
         "feasible A B"},
        {"both want to write", both + "T1 read A; T1 write B; T2 read B; T2 write A",
         "feasible A B"},
    };
    for (const auto &row : cases)
        EXPECT_EQ(LockScript(row.script).result(), row.result) << row.what;
}

TEST(LockOrder, Upgrade)
{
    check({
        {"reads, wants to write", "kind A rwlock; T1 read A; T1 want A",
         "rwlock-upgrade feasible A"},
        {"with a time limit", "kind A rwlock; T1 read A; T1 timed A",
         "rwlock-upgrade weak/timed(A) A"},
        {"only tries", "kind A rwlock; T1 read A; T1 try A", ""},
        {"unlocks first", "kind A rwlock; T1 read A; T1 unlock A; T1 write A", ""},
        {"one upgrades a home-made lock", "kind A custom; T1 read A; T1 write A",
         "rwlock-upgrade single-thread(T1) A"},
        {"two upgrade a home-made lock",
         "kind A custom; T1 read A; T2 read A; T1 want A; T2 want A", "rwlock-upgrade feasible A"},
        {"reads twice", "kind A rwlock; T1 read A; T1 read A; T2 write A", ""},
        {"reads twice, writers block readers",
         "kind A rwlock-writer; T1 read A; T1 read A; T2 write A",
         "self-deadlock feasible/readers(A) A"},
    });
}

TEST(LockOrder, TryAndTimed)
{
    check({
        {"tries the second", AB "T2 lock B; T2 try A", "try-lock(A) A B"},
        {"tried the first", AB "T2 try B; T2 lock A", "feasible A B"},
        {"tries once, locks once", AB "T2 lock B; T2 try A; T2 unlock A; T2 lock A",
         "feasible A B"},
        {"with a time limit", AB "T2 lock B; T2 timed A", "weak/timed(A) A B"},
        {"the first with a time limit", AB "T2 timed B; T2 lock A", "feasible A B"},
        {"timed once, locks once", AB "T2 lock B; T2 timed A; T2 unlock A; T2 lock A",
         "feasible A B"},
    });
}

TEST(LockOrder, Holds)
{
    check({
        {"released before", AB "T2 lock B; T2 unlock B; T2 lock A", ""},
        {"a chain of holds that do not overlap",
         "T1 lock A; T1 lock B; T1 unlock A; T1 lock C; T2 lock C; T2 lock A",
         "single-thread(T1) A B C"},
        {"recursion", "T1 lock A; T1 lock B; T1 again A; T1 unlock A; T2 lock A; T2 lock B", ""},
        {"recursion does not hide", AB "T2 lock B; T2 again B; T2 lock A", "feasible A B"},
        {"got back after a wait", "T1 lock A; T1 lock B; T1 wait A; T2 lock A; T2 lock B",
         "feasible A B"},
        {"waited with nothing else", "T1 lock A; T1 wait A; T1 lock B; T2 lock A; T2 lock B", ""},
        {"another life", AB "T1 destroy A;" BA, ""},
        {"the same life, then another", AB BA "T1 destroy A; T1 lock A; T1 lock B", "feasible A B"},
        {"handed over", AB BA "T3 unlock A", ""},
        {"another epoch", AB "epoch;" BA, "happens-before A B"},
        {"the same epoch", "epoch;" AB BA, "feasible A B"},
    });
}

TEST(LockOrder, Unpublished)
{
    const std::string use_l = "T3 lock L; T3 unlock L; ";
    const std::string insert = "T1 lock O; T1 lock L; T1 unlock L; T1 unlock O; ";
    const std::string walk = "T2 lock L; T2 lock O; T2 unlock O; T2 unlock L; ";
    struct {
        const char *what;
        std::string script, result;
    } cases[] = {
        {"own object, then the list", use_l + "T1 init O;" + insert + walk, "unpublished(O) L O"},
        {"and again, when it is in the list", use_l + "T1 init O;" + insert + walk + insert,
         "feasible L O"},
        {"the list was not in use yet", "T1 init O;" + insert + walk, "feasible L O"},
        {"a thread was created since", use_l + "T1 init O; T1 create T4;" + insert + walk,
         "feasible L O"},
        {"made by another", use_l + "T4 init O;" + insert + walk, "feasible L O"},
        {"static: reached by all", use_l + insert + walk, "feasible L O"},
        {"made and locked below the list lock",
         use_l + "T1 lock L; T1 init O; T1 lock O; T1 unlock O; T1 unlock L; T2 lock O; T2 lock L",
         "unpublished(O) L O"},
        {"two fresh ones", "T1 init A; T1 init B;" AB BA, "feasible A B"},
    };
    for (const auto &row : cases)
        EXPECT_EQ(LockScript(row.script).result(), row.result) << row.what;
}

TEST(LockOrder, Joins)
{
    check({
        {"joins while it holds what the thread needs",
         "T1 create T2; T2 lock A; T2 unlock A; T1 lock A; T1 join T2", "weak/soft(~T2) A ~T2"},
        {"the join hangs", "T1 create T2; T1 lock A; T1 joining T2; T2 want A", "feasible A ~T2"},
        {"the thread needs another lock",
         "T1 create T2; T2 lock B; T2 unlock B; T1 lock A; T1 join T2", ""},
        {"the thread needs it below another",
         "T1 create T2; T2 lock B; T2 lock A; T2 unlock A; T2 unlock B; T1 lock A; T1 join T2",
         "weak/soft(~T2) A ~T2"},
        {"the thread only tries: its sites do not tell",
         "T1 create T2; T2 lock B; T2 try A; T1 lock A; T1 join T2",
         "try-lock(A) A B ~T2\nweak/soft(~T2) A ~T2"},
        {"a section that spans create and join: a third wants both",
         "T1 lock A; T1 create T2; T2 lock B; T2 unlock B; T1 join T2; T1 unlock A; "
         "T3 lock B; T3 lock A",
         "feasible A B ~T2"},
        {"released before the join",
         "T1 create T2; T1 lock A; T1 unlock A; T2 lock A; T2 unlock A; T1 join T2", ""},
        {"the thread was done with it before a barrier",
         "T1 create T2; T2 lock A; T2 unlock A; barrier T1 T2; T1 lock A; T1 join T2",
         "weak/soft(barrier) A ~T2"},
    });
}

TEST(LockOrder, OneDefectIsOneFinding)
{
    const std::string classes = "class A 1; class B 1; class C 1; ";
    auto both = [](const std::string &thread, const std::string &first, const std::string &second) {
        return thread + " lock " + first + " @1; " + thread + " lock " + second + " @2; " + thread +
               " unlock " + first + "; " + thread + " unlock " + second + "; ";
    };
    EXPECT_EQ(LockScript(classes + both("T1", "A", "B") + both("T2", "B", "A") +
                         both("T1", "A", "C") + both("T2", "C", "A") + both("T1", "B", "C") +
                         both("T2", "C", "B"))
                  .result(),
              "feasible A B x3")
        << "an array of locks";
    EXPECT_EQ(
        LockScript(classes + both("T1", "A", "B") + both("T2", "A", "C") + both("T3", "B", "C"))
            .result(),
        "")
        << "always by address";
    EXPECT_EQ(
        LockScript(AB BA "T1 lock A; T1 lock B; T1 unlock A; T1 unlock B; T2 lock B; T2 lock A")
            .result(),
        "feasible A B")
        << "other call paths";
    EXPECT_EQ(
        LockScript(classes + both("T1", "A", "B") + both("T2", "B", "C") + both("T3", "C", "A"))
            .result(),
        "feasible A B C")
        << "philosophers";
    EXPECT_EQ(LockScript("class A 1; class B 1; class C 1; class D 1;" AB BA
                         "T1 lock C; T1 lock D; T1 unlock D; T1 unlock C; T2 lock D; T2 lock C")
                  .result(),
              "feasible A B\nfeasible C D")
        << "one class, two pieces of code";
}

TEST(LockOrder, StacksAreThoseOfTheChosenThreads)
{
    LockScript script("T1 lock A @1; T1 lock B @2; T2 lock B @3; T2 lock X @4; T2 lock A @5");
    jam_shim_search *search = script.feed();
    ASSERT_EQ(jam_shim_search_finish(search), 1u);
    jam_shim_found found = jam_shim_search_found(search, 0);
    ASSERT_EQ(found.edges, 2u);
    size_t first = found.threads[0] == 1 ? 0 : 1, second = 1 - first;
    EXPECT_EQ(found.holds_stack[first], 100001u);
    EXPECT_EQ(found.wants_stack[first], 100002u);
    EXPECT_EQ(found.held[first], 1u);
    EXPECT_EQ(found.holds_stack[second], 100003u);
    EXPECT_EQ(found.wants_stack[second], 100005u);
    EXPECT_EQ(found.held[second], 2u);
    EXPECT_EQ(found.wants[first], found.holds[second]);
    jam_shim_search_free(search);
}

} // namespace
