// Replay and critical path, from small scripts.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "script_shim.h"

namespace
{

using Played = std::unique_ptr<jam_shim_run, decltype(&jam_shim_run_free)>;

Played run(const std::string &script, uint64_t end, bool has_all = true)
{
    return Played(jam_shim_run_new(script.c_str(), end, has_all), jam_shim_run_free);
}

enum { kBackwards, kWaitInWait, kEndNoWait, kOtherLock, kTwoOwners, kNotHeld, kUnknown, kKinds };

TEST(Replay, CountsImpossibleSequences)
{
    const struct {
        const char *what, *script;
        int broken; // -1 = nothing is
    } cases[] = {
        {"a plain hold", "1 T1 lock A; 2 T1 unlock A", -1},
        {"a recursive one", "1 T1 lock A; 2 T1 lock A; 3 T1 unlock A; 4 T1 unlock A", -1},
        {"two readers", "1 T1 share A; 2 T2 share A; 3 T1 unlock A; 4 T2 unlock A", -1},
        {"a wait", "1 T1 wait A; 2 T1 waited A; 3 T1 lock A; 4 T1 unlock A", -1},
        {"crossed releases", "1 T1 lock A; 2 T1 lock B; 3 T1 unlock A; 4 T1 unlock B", -1},
        {"time runs backwards", "5 T1 lock A; 2 T1 unlock A", kBackwards},
        {"a wait in a wait", "1 T1 wait A; 2 T1 wait B; 3 T1 waited B", kWaitInWait},
        {"an end without a wait", "1 T1 waited A", kEndNoWait},
        {"the end of another wait", "1 T1 wait A; 2 T1 waited B", kOtherLock},
        {"two owners", "1 T1 lock A; 2 T2 lock A", kTwoOwners},
        {"a writer beside a reader is not seen as an owner", "1 T1 share A; 2 T2 lock A", -1},
        {"a release too many", "1 T1 lock A; 2 T1 unlock A; 3 T1 unlock A", kNotHeld},
        {"a stranger's release", "1 T1 lock A; 2 T2 unlock A", kNotHeld},
        {"conditions are not held", "1 T1 lock a; 2 T2 lock a", -1},
    };
    for (const auto &test : cases) {
        Played result = run(test.script, 10);
        EXPECT_EQ(jam_shim_run_broken_sum(result.get()), test.broken < 0 ? 0u : 1u) << test.what;
        if (test.broken >= 0) {
            EXPECT_EQ(jam_shim_run_broken(result.get(), test.broken), 1u) << test.what;
        }
    }
}

TEST(Replay, OneBrokenSequenceDoesNotBringForthOthers)
{
    Played result = run("1 T1 lock A; 2 T2 lock A; 3 T2 unlock A; 4 T2 lock A; 5 T2 unlock A", 10);
    EXPECT_EQ(jam_shim_run_broken_sum(result.get()), 1u);
}

TEST(Replay, SumsWaitsByThreadAndLock)
{
    Played result =
        run("0 T1 lock A; 10 T2 wait A; 20 T3 wait A; 30 T1 unlock A; 30 T2 waited A T1;"
            "30 T2 lock A; 45 T2 unlock A; 46 T3 waited A T2; 46 T3 lock A; 50 T3 unlock A",
            50);
    EXPECT_EQ(jam_shim_run_wait(result.get(), 2, 'A'), 20u);
    EXPECT_EQ(jam_shim_run_wait(result.get(), 3, 'A'), 26u);
    EXPECT_EQ(jam_shim_run_blocked(result.get(), 1, 'A'), 20u);
    EXPECT_EQ(jam_shim_run_blocked(result.get(), 2, 'A'), 26u);
    EXPECT_EQ(jam_shim_run_waited(result.get(), 'A'), 36u) << "from 10 to 46, counted once";
}

// T1 holds A while T2 waits; then T2 ends the run, joined by T1.
const char *const kHandOver =
    "0 T1 create T2; 10 T1 lock A1; 20 T2 wait A2; 60 T1 unlock A1; 62 T2 waited A T1; 62 T2 lock "
    "A2;"
    "72 T2 unlock A2; 73 T1 joining Z; 100 T2 end; 101 T1 waited Z; 102 T1 join T2";

TEST(CriticalPath, LeadsThroughHolderHandOverAndWaiter)
{
    Played result = run(kHandOver, 110);
    EXPECT_EQ(jam_shim_run_path(result.get()), 110u);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', 1), 50u) << "T1's hold";
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', 2), 12u) << "2 handed over, 10 held";
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'Z', -1), 0u) << "a join is no part of the path";
}

TEST(CriticalPath, WithBlockingEventsOnlyTurnsCount)
{
    Played result = run("0 T1 create T2; 20 T2 wait A2; 60 T1 hold A1 10; 62 T2 waited A T1;"
                        "73 T1 joining Z; 100 T2 end; 101 T1 waited Z; 102 T1 join T2",
                        110, false);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', 1), 52u) << "until T2 runs";
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', 2), 0u) << "nobody waited for T2's hold";
}

TEST(CriticalPath, ATurnGoesOnWhileSomebodyWaits)
{
    // T1 releases and takes A again and again; only the first release is recorded.
    Played result = run("0 T1 create T2; 20 T2 wait A2; 30 T1 hold A1 25; 90 T2 waited A T1;"
                        "95 T1 joining Z; 100 T2 end; 101 T1 waited Z; 102 T1 join T2",
                        110, false);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', 1), 65u) << "25 to 90";
}

TEST(CriticalPath, WaitingBesideThePathDoesNotCount)
{
    // T3 waits long for T2's hold of A, but the run's end waits for T1's own work under B.
    Played result =
        run("0 T1 create T2; 0 T1 create T3; 1 T1 lock B; 5 T2 lock A; 6 T3 wait A;"
            "80 T2 unlock A; 81 T3 waited A T2; 81 T3 lock A; 82 T3 unlock A; 83 T2 end; 84 T3 end;"
            "99 T1 unlock B; 99 T1 joining Z; 100 T1 waited Z; 100 T1 join T2;"
            "100 T1 joining Z; 100 T1 waited Z; 100 T1 join T3",
            100);
    EXPECT_EQ(jam_shim_run_wait(result.get(), 3, 'A'), 75u);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', -1), 0u);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'B', -1), 98u);
}

TEST(CriticalPath, NestedHoldsCountForEachLock)
{
    Played result = run("10 T1 lock A; 20 T1 lock B; 50 T1 unlock B; 60 T1 unlock A", 100);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', -1), 50u);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'B', -1), 30u);
}

TEST(CriticalPath, FollowsSignalsAndPosts)
{
    // T2 works under B, then signals; main sleeps in a condition until then.
    for (const char *object : {"a", "n"}) {
        std::string o = object;
        Played result =
            run("0 T1 create T2; 1 T1 wait " + o + "; 5 T2 lock B; 65 T2 unlock B; 70 T2 wake " +
                    o + "; 73 T1 waited " + o + " T2; 80 T2 end",
                100);
        EXPECT_EQ(jam_shim_run_critical(result.get(), 'B', -1), 60u) << o;
        EXPECT_EQ(jam_shim_run_critical(result.get(), object[0], -1), 3u) << o << ": the hand-over";
    }
}

TEST(CriticalPath, AWaitThatNobodyEndedIsOnThePath)
{
    Played result = run("10 T1 wait a; 60 T1 failed a", 100);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'a', -1), 50u) << "it timed out";
    Played hung = run("10 T1 wait A", 100);
    EXPECT_EQ(jam_shim_run_critical(hung.get(), 'A', -1), 90u) << "it never ended";
}

TEST(CriticalPath, ALateJoinHoldsNobodyUp)
{
    Played result =
        run("0 T1 create T2; 5 T2 lock A; 30 T2 unlock A; 31 T2 end; 35 T1 lock B; 90 T1 unlock B;"
            "91 T1 joining Z; 92 T1 waited Z; 92 T1 join T2",
            100);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', -1), 0u);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'B', -1), 55u);
}

TEST(CriticalPath, AConditionWaitsForItsMutexToo)
{
    // T2 signals at 50 but holds the mutex until 80.
    Played result = run("0 T1 create T2; 10 T1 wait a; 20 T2 lock A; 50 T2 wake a; 80 T2 unlock A;"
                        "82 T1 waited a T2; 90 T2 end",
                        100);
    EXPECT_EQ(jam_shim_run_critical(result.get(), 'A', -1), 60u);
}

TEST(CriticalPath, HistoriesTakeMemoryForThreadsNotForWakes)
{
    EXPECT_LE(jam_shim_history_nodes(2, 100000), 16u);
    EXPECT_LE(jam_shim_history_nodes(8, 100000), 64u);
    EXPECT_LE(jam_shim_history_nodes(100, 200000), 800u);
}

} // namespace
