// Events to slices, in a small script language (tests/shim/timeline_shim.h).
#include <gtest/gtest.h>

#include <string>

#include "timeline_shim.h"

namespace
{

std::string slices(const char *script, bool has_all_events = false, unsigned long long end = 1000)
{
    char text[4096];
    return jam_shim_timeline(script, has_all_events, end, text, sizeof text);
}

TEST(Timeline, WaitIsLinkedToTheHoldThatEndedIt)
{
    EXPECT_EQ(slices("50 1 hold 7 11 0 10\n"
                     "20 2 wait 7 22 1\n"
                     "55 2 got 7 1 0\n"),
              "1 hold 7 10-50 stack=11 flags=0 by=0\n"
              "2 wait 7 20-55 stack=22 flags=0 by=1 -> 10-50\n");
}

TEST(Timeline, OfSeveralHoldsTheLastBeforeTheEndIsTheCause)
{
    EXPECT_EQ(slices("30 1 hold 7 11 0 10\n"
                     "50 1 hold 7 12 0 40\n"
                     "90 1 hold 7 13 0 80\n"
                     "20 2 wait 7 22 1\n"
                     "55 2 got 7 1 0\n"),
              "1 hold 7 10-30 stack=11 flags=0 by=0\n"
              "1 hold 7 40-50 stack=12 flags=0 by=0\n"
              "1 hold 7 80-90 stack=13 flags=0 by=0\n"
              "2 wait 7 20-55 stack=22 flags=0 by=1 -> 40-50\n");
}

TEST(Timeline, HoldThatWasOverBeforeTheWaitIsNotItsCause)
{
    EXPECT_EQ(slices("15 1 hold 7 11 0 10\n"
                     "20 2 wait 7 22 1\n"
                     "55 2 got 7 1 0\n"),
              "1 hold 7 10-15 stack=11 flags=0 by=0\n"
              "2 wait 7 20-55 stack=22 flags=0 by=1\n");
}

TEST(Timeline, HoldOfAnotherLockOrThreadIsNotTheCause)
{
    EXPECT_EQ(slices("50 1 hold 8 11 0 10\n"
                     "50 3 hold 7 11 0 10\n"
                     "20 2 wait 7 22 1\n"
                     "55 2 got 7 1 0\n"),
              "1 hold 8 10-50 stack=11 flags=0 by=0\n"
              "2 wait 7 20-55 stack=22 flags=0 by=1\n"
              "3 hold 7 10-50 stack=11 flags=0 by=0\n");
}

TEST(Timeline, WakeEndsAWait)
{
    EXPECT_EQ(slices("10 2 wait 9 22 2\n"
                     "40 1 wake 9 11 1\n"
                     "45 2 got 9 1 0\n"),
              "1 wake 9 40-40 stack=11 flags=8 by=0\n"
              "2 wait 9 10-45 stack=22 flags=0 by=1 -> 40-40\n");
}

TEST(Timeline, AllEventsTellEveryHoldOnce)
{
    EXPECT_EQ(slices("10 1 acquire 7 11 0\n"
                     "12 1 acquire 8 12 1\n"
                     "30 1 hold 7 11 0 10\n"
                     "30 1 release 7 11 0\n"
                     "40 1 release 8 12 1\n",
                     true),
              "1 hold 7 10-30 stack=11 flags=0 by=0\n"
              "1 hold 8 12-40 stack=12 flags=4 by=0\n");
}

TEST(Timeline, WithAllEventsTheLastHoldIsTheCauseWhoeverWasSeen)
{
    EXPECT_EQ(slices("5 1 acquire 7 11 0\n"
                     "15 1 release 7 11 0\n"
                     "20 2 wait 7 22 1\n"
                     "18 3 acquire 7 33 0\n"
                     "50 3 release 7 33 0\n"
                     "55 2 got 7 1 0\n",
                     true),
              "1 hold 7 5-15 stack=11 flags=0 by=0\n"
              "2 wait 7 20-55 stack=22 flags=0 by=1 -> 18-50\n"
              "3 hold 7 18-50 stack=33 flags=0 by=0\n");
}

TEST(Timeline, WaitThatIsOpenLastsUntilTheEnd)
{
    EXPECT_EQ(slices("10 1 acquire 7 11 0\n"
                     "20 2 wait 7 22 1\n",
                     true, 90),
              "2 wait 7 20-90 stack=22 flags=2 by=0\n");
}

TEST(Timeline, EndsWithoutBeginningsAndForeignKindsAreIgnored)
{
    EXPECT_EQ(slices("10 1 got 7 2 0\n"
                     "20 1 release 7 11 0\n"
                     "30 1 other 3 4 0\n",
                     true),
              "");
}

TEST(Timeline, FailedWaitsSaySo)
{
    EXPECT_EQ(slices("10 1 wait 7 11 1\n"
                     "20 1 got 7 0 1\n"),
              "1 wait 7 10-20 stack=11 flags=1 by=0\n");
}

TEST(Timeline, TimeThatGoesBackwardsGivesNoNegativeLength)
{
    EXPECT_EQ(slices("30 1 wait 7 11 1\n"
                     "20 1 got 7 0 0\n"
                     "15 1 hold 8 12 0 40\n"),
              "1 hold 8 15-15 stack=12 flags=0 by=0\n"
              "1 wait 7 30-30 stack=11 flags=0 by=0\n");
}

std::string thinned(const char *script, size_t limit, unsigned long long duration)
{
    char text[4096];
    return jam_shim_timeline_thin(script, limit, duration, text, sizeof text);
}

const char *const three_holds = "100 1 hold 7 1 0 0\n"
                                "2130 1 hold 7 1 0 2110\n"
                                "4096 1 hold 7 1 0 4093\n";

TEST(TimelineThin, KeepsAllThatFit)
{
    EXPECT_EQ(thinned(three_holds, 3, 4096), "kept 3 of 3\n");
}

TEST(TimelineThin, LeavesOutTheShortestAndSumsThemByBucket)
{
    // 4096 ns make 2048 buckets of 3 ns; the hold from 4093 to 4096 lies in two of them.
    EXPECT_EQ(thinned(three_holds, 2, 4096), "kept 2 of 3\n"
                                             "1 4092 wait=0 hold=2\n"
                                             "1 4095 wait=0 hold=1\n");
}

TEST(TimelineThin, KeepsWhatEndedAWaitThatIsKept)
{
    EXPECT_EQ(thinned("55 1 hold 7 11 0 50\n"
                      "20 2 wait 7 22 1\n"
                      "60 2 got 7 1 0\n"
                      "10 3 hold 7 11 0 0\n",
                      1, 100),
              "kept 2 of 3\n"
              "3 0 wait=0 hold=1\n"
              "3 1 wait=0 hold=1\n"
              "3 2 wait=0 hold=1\n"
              "3 3 wait=0 hold=1\n"
              "3 4 wait=0 hold=1\n"
              "3 5 wait=0 hold=1\n"
              "3 6 wait=0 hold=1\n"
              "3 7 wait=0 hold=1\n"
              "3 8 wait=0 hold=1\n"
              "3 9 wait=0 hold=1\n");
}

} // namespace
