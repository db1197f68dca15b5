// Two recordings compared.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "diff_shim.h"

namespace
{

constexpr uint64_t kMs = 1000000;

std::string compare(const std::vector<jam_shim_part> &parts, double percent = 10)
{
    char *text = jam_shim_diff(parts.data(), parts.size(), percent);
    std::string result = text;
    free(text);
    return result;
}

TEST(Diff, JudgesByHowMuchWaitingChanged)
{
    const struct {
        const char *what;
        uint64_t before, after;
        const char *verdict;
    } cases[] = {
        {"nothing at all", 0, 0, "same"},
        {"less than a tenth more", 100 * kMs, 109 * kMs, "same"},
        {"more than a tenth more", 100 * kMs, 112 * kMs, "worse"},
        {"more than a tenth less", 100 * kMs, 80 * kMs, "better"},
        {"below the noise, though twice as much", kMs / 4, kMs / 2, "same"},
        {"waits now only", 0, 5 * kMs, "new"},
        {"waits no more", 5 * kMs, 0, "gone"},
        {"next to nothing before", 10, 5 * kMs, "worse"},
    };
    for (const auto &test : cases) {
        std::vector<jam_shim_part> parts = {{0, "A", nullptr, test.before},
                                            {1, "A", nullptr, test.after}};
        std::string verdict = test.verdict;
        EXPECT_EQ(compare(parts), verdict + "\n" + verdict + " A\n") << test.what;
    }
}

TEST(Diff, AHundredthOfAllWaitingIsNoise)
{
    EXPECT_EQ(compare({{0, "A", nullptr, 1000 * kMs},
                       {1, "A", nullptr, 1000 * kMs},
                       {0, "B", nullptr, 2 * kMs},
                       {1, "B", nullptr, 9 * kMs}}),
              "same\nsame B\nsame A\n");
}

TEST(Diff, LocksThatCameOrWentAreToldEvenIfNobodyWaits)
{
    EXPECT_EQ(compare({{0, "old", nullptr, 0}, {1, "new", nullptr, 0}}),
              "same\ngone old\nnew new\n");
}

TEST(Diff, AddsUpWhatIsCalledTheSame)
{
    EXPECT_EQ(compare({{0, "slot[]", nullptr, 5 * kMs},
                       {0, "slot[]", nullptr, 5 * kMs},
                       {1, "slot[]", nullptr, 10 * kMs}}),
              "same\nsame slot[]\n");
}

TEST(Diff, SortsByChangeSitesBehindTheirClass)
{
    EXPECT_EQ(compare({{0, "small", nullptr, 10 * kMs},
                       {1, "small", nullptr, 14 * kMs},
                       {0, "large", nullptr, 100 * kMs},
                       {1, "large", nullptr, 10 * kMs},
                       {0, "large", "put", 20 * kMs},
                       {1, "large", "put", 10 * kMs},
                       {0, "large", "get", 80 * kMs},
                       {1, "small", "f", 14 * kMs}}),
              "better\nbetter large\ngone large/get\nbetter large/put\nworse small\nnew small/f\n");
}

TEST(Diff, RegressionsAreClassesAndTheSum)
{
    const std::vector<jam_shim_part> parts = {
        {0, "A", nullptr, 100 * kMs}, {1, "A", nullptr, 150 * kMs}, {0, "B", nullptr, 100 * kMs},
        {1, "B", nullptr, 90 * kMs},  {1, "C", nullptr, 30 * kMs},  {1, "A", "f", 150 * kMs}};
    EXPECT_EQ(jam_shim_regressions(parts.data(), parts.size(), 20), 3u) << "A, C and the sum";
    EXPECT_EQ(jam_shim_regressions(parts.data(), parts.size(), 40), 2u) << "A and C";
    EXPECT_EQ(jam_shim_regressions(parts.data(), parts.size(), 60), 1u) << "C is new";
}

} // namespace
