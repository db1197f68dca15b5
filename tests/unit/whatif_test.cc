// The simulation of changed runs, from small scripts.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "script_shim.h"

namespace
{

constexpr jam_shim_change kNothing = {0, 1, 0, 0};

jam_shim_prediction predict(const std::string &script, uint64_t end, const jam_shim_change &change)
{
    return jam_shim_predict(script.c_str(), end, &change);
}

// Main creates two workers. Each thinks for 100 and holds A for 100; the second has to wait.
const char *const kTwo = "1 T1 create T2; 1 T1 create T3; 1 T1 joining Z; 101 T2 lock A; 101 T3 "
                         "wait A; 201 T2 unlock A; 201 T2 end;"
                         "201 T1 waited Z; 201 T1 join T2; 201 T1 joining Z; 201 T3 waited A T2; "
                         "201 T3 lock A; 301 T3 unlock A;"
                         "301 T3 end; 301 T1 waited Z; 301 T1 join T3";

TEST(WhatIf, WithoutAChangeTheRunIsWhatItWas)
{
    jam_shim_prediction same = predict(kTwo, 301, kNothing);
    EXPECT_NEAR(static_cast<double>(same.ticks), 301, 3);
    EXPECT_NEAR(static_cast<double>(same.wait_ticks), 100, 3);
    EXPECT_EQ(same.forced, 0u);
}

TEST(WhatIf, ShorterHoldsShortenTheirThreadAndWhoeverWaits)
{
    jam_shim_prediction half = predict(kTwo, 301, {'A', 0.5, 0, 0});
    EXPECT_NEAR(static_cast<double>(half.ticks), 201, 3);
    EXPECT_NEAR(static_cast<double>(half.wait_ticks), 50, 3);
    jam_shim_prediction longer = predict(kTwo, 301, {'A', 2, 0, 0});
    EXPECT_NEAR(static_cast<double>(longer.ticks), 501, 3);
}

TEST(WhatIf, ARemovedLockMakesNobodyWait)
{
    jam_shim_prediction removed = predict(kTwo, 301, {'A', 1, 1, 0});
    EXPECT_NEAR(static_cast<double>(removed.ticks), 201, 3);
    EXPECT_EQ(removed.wait_ticks, 0u);
}

TEST(WhatIf, AnotherLockChangesNothing)
{
    EXPECT_NEAR(static_cast<double>(predict(kTwo, 301, {'B', 0.1, 0, 0}).ticks), 301, 3);
}

TEST(WhatIf, ReadersGoInTogetherWritersAlone)
{
    jam_shim_prediction readers = predict(kTwo, 301, {'A', 1, 0, 1});
    EXPECT_NEAR(static_cast<double>(readers.ticks), 201, 3);
    std::string script = std::regex_replace(kTwo, std::regex(" lock A;"), " lock A9;");
    jam_shim_prediction writers = predict(script, 301, {'A', 1, 0, 1});
    EXPECT_NEAR(static_cast<double>(writers.ticks), 301, 3);
}

TEST(WhatIf, AShorterHoldBringsASignalForward)
{
    // T2 works under A for 200, then signals; main waits for that and then works for 100.
    const char *script =
        "1 T1 create T2; 5 T1 wait a; 10 T2 lock B; 210 T2 unlock B; 215 T2 wake a; 215 T2 end;"
        "220 T1 waited a T2";
    EXPECT_NEAR(static_cast<double>(predict(script, 320, kNothing).ticks), 320, 5);
    EXPECT_NEAR(static_cast<double>(predict(script, 320, {'B', 0.5, 0, 0}).ticks), 220, 5);
}

TEST(WhatIf, ATimeoutTakesItsTime)
{
    const char *script = "10 T1 lock B; 60 T1 unlock B; 60 T1 wait a; 160 T1 failed a";
    EXPECT_EQ(predict(script, 200, kNothing).ticks, 200u);
    EXPECT_EQ(predict(script, 200, {'B', 0.5, 0, 0}).ticks, 175u);
}

TEST(WhatIf, ABarrierWaitsForWhoIsLastNow)
{
    // T2 comes last because of its long hold; with a tenth of it main is the last.
    const char *script =
        "1 T1 create T2; 10 T2 lock B; 100 T1 wait x; 210 T2 unlock B; 210 T2 broadcast x;"
        "210 T2 lock x; 210 T2 end; 212 T1 waited x T2; 212 T1 lock x";
    EXPECT_NEAR(static_cast<double>(predict(script, 300, kNothing).ticks), 300, 5);
    jam_shim_prediction tenth = predict(script, 300, {'B', 0.1, 0, 0});
    EXPECT_NEAR(static_cast<double>(tenth.ticks), 188, 5) << "100 until the barrier, 88 behind it";
    EXPECT_EQ(tenth.forced, 0u);
}

TEST(WhatIf, AThreadThatNobodyUnlocksForIsForced)
{
    // The release is missing: in the simulation T2 could wait for ever.
    const char *script =
        "1 T1 create T2; 2 T1 lock A; 10 T2 wait A; 20 T2 waited A T1; 20 T2 lock A;"
        "30 T2 unlock A; 30 T2 end";
    jam_shim_prediction result = predict(script, 40, kNothing);
    EXPECT_EQ(result.forced, 1u);
    EXPECT_EQ(result.ticks, 40u);
}

} // namespace
