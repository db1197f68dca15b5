// Streaks of failed tries: which of them are a livelock. Misuse: how bad it is.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "livelock_shim.h"

namespace
{

std::string take(char *text)
{
    std::string result = text ? text : "(null)";
    free(text);
    return result;
}

TEST(Livelock, NeedsACircleThatLastsInCompany)
{
    const struct {
        const char *what;
        std::vector<jam_shim_retry> retries;
        bool is_open;
        const char *findings;
    } cases[] = {
        {"two that answer each other, killed",
         {{1, 10, 20, 500, 1000, 90, 0}, {2, 20, 10, 400, 1000, 80, 0}},
         true,
         "confirmed T1:10>20 T2:20>10"},
        {"the process ended by itself",
         {{1, 10, 20, 500, 1000, 90, 0}, {2, 20, 10, 400, 1000, 80, 0}},
         false,
         "weak T1:10>20 T2:20>10"},
        {"one of them got through in the end",
         {{1, 10, 20, 500, 1000, 90, 1}, {2, 20, 10, 400, 1000, 80, 0}},
         true,
         "weak T1:10>20 T2:20>10"},
        {"three",
         {{1, 10, 20, 0, 1000, 90, 0}, {2, 20, 30, 0, 1000, 80, 0}, {3, 30, 10, 0, 1000, 80, 0}},
         true,
         "confirmed T1:10>20 T2:20>30 T3:30>10"},
        {"a few failures", {{1, 10, 20, 0, 1000, 31, 0}, {2, 20, 10, 0, 1000, 90, 0}}, true, ""},
        {"one polls while the other works", {{1, 10, 20, 0, 1000, 9000, 0}}, true, ""},
        {"one after the other",
         {{1, 10, 20, 0, 500, 90, 0}, {2, 20, 10, 500, 1000, 80, 0}},
         true,
         ""},
        {"in company for a moment",
         {{1, 10, 20, 0, 550, 90, 0}, {2, 20, 10, 500, 1000, 80, 0}},
         true,
         ""},
        {"the same way", {{1, 10, 20, 0, 1000, 90, 0}, {2, 10, 20, 0, 1000, 80, 0}}, true, ""},
        {"one thread alone", {{1, 10, 20, 0, 1000, 90, 0}, {1, 20, 10, 0, 1000, 80, 0}}, true, ""},
    };
    for (const auto &test : cases)
        EXPECT_EQ(
            take(jam_shim_livelock(test.retries.data(), test.retries.size(), 1000, test.is_open)),
            test.findings)
            << test.what;
}

TEST(Livelock, OfLongAgoIsWeak)
{
    const jam_shim_retry retries[] = {{1, 10, 20, 0, 500, 90, 0}, {2, 20, 10, 0, 500, 80, 0}};
    EXPECT_EQ(take(jam_shim_livelock(retries, 2, 1000, 1)), "weak T1:10>20 T2:20>10");
}

TEST(Misuse, IsAsBadAsPosixSays)
{
    constexpr uint16_t kMutex = 1, kCond = 4, kSem = 5;
    const struct {
        const char *what;
        uint16_t kind;
        int32_t result;
        uint16_t lock;
        const char *finding;
    } cases[] = {
        {"undefined", 1, 0, kMutex, "unlock-not-owner error"},
        {"refused", 1, EPERM, kMutex, "unlock-not-owner warning"},
        {"undefined", 2, 0, kMutex, "unlock-unlocked error"},
        {"refused", 2, EPERM, kMutex, "unlock-unlocked warning"},
        {"hangs", 3, -1, kMutex, "relock error"},
        {"refused", 3, EDEADLK, kMutex, "relock warning"},
        {"undefined, whatever libc says", 4, EBUSY, kMutex, "destroy-locked error"},
        {"of a condition", 5, -1, kCond, "cond-destroy-waiters error"},
        {"of a mutex", 5, EBUSY, kMutex, "destroy-locked error"},
        {"undefined", 6, 0, kMutex, "use-after-destroy error"},
        {"memory", 7, -1, kMutex, "destroy-locked warning"},
        {"", 8, -1, kMutex, "exit-holding-lock warning"},
        {"", 9, -1, kMutex, "fork-holding-lock note"},
        {"undefined", 10, 0, kCond, "cond-wait-unlocked error"},
        {"refused", 10, EPERM, kCond, "cond-wait-unlocked warning"},
        {"undefined", 11, -1, kCond, "cond-two-mutexes error"},
        {"allowed", 12, -1, kCond, "wait-holding-lock note"},
        {"undefined", 13, 0, kMutex, "type-confusion error"},
        {"refused", 14, EINVAL, kSem, "invalid-argument warning"},
        {"", 15, 0, kSem, "sem-overpost warning"},
        {"of a newer writer", 16, 0, kMutex, ""},
        {"damaged", 0, 0, kMutex, ""},
    };
    for (const auto &test : cases)
        EXPECT_EQ(take(jam_shim_misuse(test.kind, test.result, test.lock)), test.finding)
            << test.kind << " " << test.what;
}

} // namespace
