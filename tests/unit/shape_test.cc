// Patterns of contention: what they are seen by.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "script_shim.h"

namespace
{

using Played = std::unique_ptr<jam_shim_run, decltype(&jam_shim_run_free)>;

Played run(const char *script)
{
    return Played(jam_shim_run_new(script, 1000, 0), jam_shim_run_free);
}

TEST(Shape, CountsWhoIsWokenForNothing)
{
    // Three are woken by one broadcast: T2 wins, T3 and T4 wait again without giving the mutex back.
    Played result =
        run("1 T2 wait a; 2 T3 wait a; 3 T4 wait a; 10 T1 broadcast a; 11 T2 waited a T1;"
            "12 T3 waited a T1; 13 T3 again a; 14 T4 waited a T1; 15 T4 again a; 20 T2 wait a");
    jam_shim_wakes wakes = jam_shim_run_wakes(result.get(), 'a');
    EXPECT_EQ(wakes.broadcasts, 1u);
    EXPECT_EQ(wakes.woken, 3u);
    EXPECT_EQ(wakes.lost, 2u);
}

TEST(Shape, WhoDidSomethingWasNotWokenForNothing)
{
    Played result =
        run("1 T2 wait a; 10 T1 broadcast a; 11 T2 waited a T1; 12 T2 wait B; 13 T2 waited B;"
            "14 T2 again a");
    EXPECT_EQ(jam_shim_run_wakes(result.get(), 'a').lost, 0u)
        << "it waited for something else meanwhile";
    Played signalled = run("1 T2 wait a; 10 T1 wake a; 11 T2 waited a T1; 12 T2 again a");
    EXPECT_EQ(jam_shim_run_wakes(signalled.get(), 'a').woken, 0u) << "a signal is no broadcast";
}

TEST(Shape, CountsWakesWithTheMutexHeld)
{
    Played result =
        run("1 T2 wait a; 10 T1 wake-held a; 11 T2 waited a T1; 12 T2 wait a; 13 T1 wake a");
    jam_shim_wakes wakes = jam_shim_run_wakes(result.get(), 'a');
    EXPECT_EQ(wakes.wakes, 2u);
    EXPECT_EQ(wakes.holding, 1u);
}

TEST(Shape, ThreadsConnectCallSites)
{
    Played apart = run(
        "1 T1 wait A1; 2 T1 waited A; 3 T2 wait A2; 4 T2 waited A; 5 T3 wait A2; 6 T3 waited A");
    EXPECT_EQ(jam_shim_run_groups(apart.get(), 'A'), 2u);
    Played together = run(
        "1 T1 wait A1; 2 T1 waited A; 3 T2 wait A2; 4 T2 waited A; 5 T2 wait A1; 6 T2 waited A");
    EXPECT_EQ(jam_shim_run_groups(together.get(), 'A'), 1u);
}

constexpr uint64_t kMs = 1000000, kUs = 1000;

TEST(Shape, JudgesSums)
{
    const struct {
        const char *what;
        jam_shim_sums
            sums; // run, acquisitions, shared, contended, wait, longest, waited, hold, queue
        const char *shapes;
    } cases[] = {
        {"hand-overs take it all",
         {0, 300 * kMs, 10000, 0, 9000, 800 * kMs, 1 * kMs, 290 * kMs, 5 * kMs, 4},
         "c"},
        {"a barrier: many wait, and nobody hands over",
         {2, 300 * kMs, 10000, 0, 9000, 800 * kMs, 1 * kMs, 290 * kMs, 0, 4},
         ""},
        {"the holds take it",
         {0, 300 * kMs, 1000, 0, 900, 800 * kMs, 1 * kMs, 290 * kMs, 285 * kMs, 4},
         ""},
        {"few had to wait",
         {0, 300 * kMs, 10000, 0, 900, 800 * kMs, 1 * kMs, 290 * kMs, 5 * kMs, 4},
         ""},
        {"too little to speak of",
         {0, 300 * kMs, 100, 0, 90, 2 * kMs, kUs, 2 * kMs, 10 * kUs, 4},
         ""},
        {"one waited while hundreds passed",
         {0, 1000 * kMs, 1000, 0, 1, 900 * kMs, 900 * kMs, 900 * kMs, 900 * kMs, 1},
         "s"},
        {"a long queue of long holds",
         {0, 1000 * kMs, 20, 0, 19, 5000 * kMs, 900 * kMs, 990 * kMs, 1000 * kMs, 18},
         ""},
        {"a short wait",
         {0, 1000 * kMs, 100000, 0, 10, 40 * kMs, 40 * kMs, 40 * kMs, 100 * kMs, 1},
         ""},
        {"a rwlock that nobody reads",
         {1, 300 * kMs, 1000, 20, 900, 800 * kMs, 1 * kMs, 290 * kMs, 285 * kMs, 4},
         "r"},
        {"a rwlock with readers",
         {1, 300 * kMs, 1000, 700, 900, 800 * kMs, 1 * kMs, 290 * kMs, 285 * kMs, 4},
         ""},
        {"a mutex that nobody reads",
         {0, 300 * kMs, 1000, 0, 900, 800 * kMs, 1 * kMs, 290 * kMs, 285 * kMs, 4},
         ""},
    };
    for (const auto &test : cases)
        EXPECT_EQ(std::string(jam_shim_shapes(&test.sums)), test.shapes) << test.what;
}

} // namespace
