// What the reader accepts, refuses and skips.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "trace_builder.h"
#include "trace_shim.h"

namespace
{

constexpr int kInputError = -3;
constexpr uint16_t kLocks = 4, kStacks = 6, kWaits = 8;

using Builder = std::unique_ptr<jam_builder, decltype(&jam_builder_free)>;

Builder sample()
{
    return Builder(jam_builder_sample(), jam_builder_free);
}

void expect_refused(const char *path, const std::string &part)
{
    jam_shim_opened opened = jam_shim_open(path);
    EXPECT_EQ(opened.status, kInputError);
    EXPECT_NE(std::string(opened.text).find(path), std::string::npos) << opened.text;
    EXPECT_NE(std::string(opened.text).find(part), std::string::npos) << opened.text;
}

TEST(TraceReader, ReadsASample)
{
    Builder builder = sample();
    jam_shim_opened opened = jam_shim_open(jam_builder_write(builder.get(), 0));
    EXPECT_EQ(opened.status, 0) << opened.text;
    EXPECT_EQ(opened.extents, unsigned{JAM_BUILDER_SAMPLE_EXTENTS});
    EXPECT_EQ(opened.damaged, 0u);
    EXPECT_EQ(opened.missing_bytes, 0u);
}

TEST(TraceReader, RefusesWhatIsNoTrace)
{
    expect_refused("/nonexistent/x.jam", "No such file");
    expect_refused("/", "not a regular file");
    expect_refused("/dev/zero", "not a regular file");
    expect_refused("/proc/self/exe", "offset 0: not a lockjam trace");
}

TEST(TraceReader, RefusesHeadersThatMakeNoSense)
{
    const struct {
        jam_shim_place place;
        unsigned bits;
        uint64_t value;
        const char *part;
    } cases[] = {
        {JAM_SHIM_VERSION, 16, 0, "impossible format version"},
        {JAM_SHIM_OLDEST_READER, 16, 0, "impossible format version"},
        {JAM_SHIM_VERSION, 16, 1, "offset 8: older trace format"},
        {JAM_SHIM_OLDEST_READER, 16, 3, "offset 10: newer trace format"},
        {JAM_SHIM_HEADER_BYTES, 16, 512, "wrong header size"},
        {JAM_SHIM_CLOCK, 16, 9, "unknown clock"},
        {JAM_SHIM_USED_BYTES, 64, 0, "impossible end"},
        {JAM_SHIM_USED_BYTES, 64, 5000, "impossible end"},
        {JAM_SHIM_USED_BYTES, 64, UINT64_MAX, "impossible end"},
    };
    for (const auto &test : cases) {
        Builder builder = sample();
        uint64_t offset = jam_shim_offset(test.place);
        if (test.bits == 16)
            jam_builder_set_u16(builder.get(), offset, static_cast<uint16_t>(test.value));
        else
            jam_builder_set_u64(builder.get(), offset, test.value);
        expect_refused(jam_builder_write(builder.get(), 0), test.part);
    }
}

TEST(TraceReader, ReadsNewerFormatsThatAllowIt)
{
    Builder builder = sample();
    jam_builder_set_u16(builder.get(), jam_shim_offset(JAM_SHIM_VERSION), 7);
    EXPECT_EQ(jam_shim_open(jam_builder_write(builder.get(), 0)).status, 0);
}

TEST(TraceReader, TellsTruncation)
{
    const struct {
        size_t size;
        const char *part;
    } cases[] = {
        {4, "not a lockjam trace"},
        {8, "offset 8: truncated"},
        {4095, "offset 4095: truncated"},
        {4096, "offset 4096: truncated"},
    };
    for (const auto &test : cases) {
        Builder builder = sample();
        expect_refused(jam_builder_write(builder.get(), test.size), test.part);
    }
}

TEST(TraceReader, SalvagesACutTrace)
{
    Builder builder = sample();
    size_t size;
    jam_builder_bytes(builder.get(), &size);
    jam_shim_opened opened = jam_shim_open(jam_builder_write(builder.get(), size - 6000));
    EXPECT_EQ(opened.status, 0);
    EXPECT_EQ(opened.missing_bytes, 6000u);
    EXPECT_EQ(opened.extents, unsigned{JAM_BUILDER_SAMPLE_EXTENTS} - 2);
}

TEST(TraceReader, SkipsDamagedExtents)
{
    const struct {
        jam_shim_place place;
        unsigned bits;
        uint64_t value;
    } cases[] = {
        {JAM_SHIM_EXTENT_MAGIC, 32, 0},
        {JAM_SHIM_EXTENT_BYTES, 64, 0},
        {JAM_SHIM_EXTENT_BYTES, 64, 100},
        {JAM_SHIM_EXTENT_BYTES, 64, UINT64_MAX & ~UINT64_C(4095)},
        {JAM_SHIM_EXTENT_USED_BYTES, 64, 1 << 20},
        {JAM_SHIM_EXTENT_RECORD_BYTES, 16, 8},
        {JAM_SHIM_EXTENT_RECORD_BYTES, 16, 129},
    };
    for (const auto &test : cases) {
        Builder builder = sample();
        uint64_t offset = jam_builder_extent(builder.get(), kLocks) + jam_shim_offset(test.place);
        if (test.bits == 16)
            jam_builder_set_u16(builder.get(), offset, static_cast<uint16_t>(test.value));
        else if (test.bits == 32)
            jam_builder_set_u32(builder.get(), offset, static_cast<uint32_t>(test.value));
        else
            jam_builder_set_u64(builder.get(), offset, test.value);
        jam_shim_opened opened = jam_shim_open(jam_builder_write(builder.get(), 0));
        EXPECT_EQ(opened.status, 0);
        EXPECT_EQ(opened.extents, unsigned{JAM_BUILDER_SAMPLE_EXTENTS} - 1);
        EXPECT_EQ(opened.damaged, 1u);
        EXPECT_EQ(opened.skipped_bytes, uint64_t{JAM_BUILDER_EXTENT_BYTES});
    }
}

// Nobody has a terabyte; a file may say so all the same.
TEST(TraceReader, HolesCostNothing)
{
    constexpr uint64_t kTerabyte = UINT64_C(1) << 40;
    const bool kinds[] = {false, true};
    for (bool is_one_extent : kinds) {
        Builder builder = sample();
        size_t size;
        jam_builder_bytes(builder.get(), &size);
        jam_builder_set_u64(builder.get(), jam_shim_offset(JAM_SHIM_USED_BYTES), kTerabyte);
        if (is_one_extent) {
            jam_builder_add_chunk(builder.get(), 1, 1, 0);
            jam_builder_set_u64(builder.get(), jam_shim_offset(JAM_SHIM_USED_BYTES), kTerabyte);
            jam_builder_set_u16(builder.get(), size + jam_shim_offset(JAM_SHIM_EXTENT_KIND),
                                kStacks);
            jam_builder_set_u64(builder.get(), size + jam_shim_offset(JAM_SHIM_EXTENT_BYTES),
                                kTerabyte - size);
            jam_builder_set_u64(builder.get(), size + jam_shim_offset(JAM_SHIM_EXTENT_USED_BYTES),
                                kTerabyte - size - 64);
        }
        const char *path = jam_builder_write(builder.get(), 0);
        if (truncate(path, kTerabyte) != 0)
            GTEST_SKIP() << "no file can be that long here";
        jam_shim_opened opened = jam_shim_open(path);
        EXPECT_EQ(opened.status, 0);
        EXPECT_EQ(opened.damaged, 1u);
    }
}

TEST(TraceReader, SkipsUnknownKindsInSilence)
{
    Builder builder = sample();
    jam_builder_set_u16(
        builder.get(),
        jam_builder_extent(builder.get(), kWaits) + jam_shim_offset(JAM_SHIM_EXTENT_KIND), 999);
    jam_shim_opened opened = jam_shim_open(jam_builder_write(builder.get(), 0));
    EXPECT_EQ(opened.status, 0);
    EXPECT_EQ(opened.damaged, 0u);
}

TEST(TraceReader, CountsDamagedRecords)
{
    Builder builder = sample();
    // The depth of the first stack.
    jam_builder_set_u16(builder.get(), jam_builder_extent(builder.get(), kStacks) + 64, 9999);
    EXPECT_EQ(jam_shim_open(jam_builder_write(builder.get(), 0)).damaged, 1u);
}

TEST(TraceReader, NothingReadableIsAnError)
{
    Builder builder = sample();
    size_t size;
    unsigned char *bytes = jam_builder_bytes(builder.get(), &size);
    std::memset(bytes + 4096, 0xaa, size - 4096);
    expect_refused(jam_builder_write(builder.get(), 0), "offset 4096: damaged trace");
}

TEST(TraceReader, StacksAreFoundAtTheirStartsOnly)
{
    Builder builder(jam_builder_new(), jam_builder_free);
    const uint64_t frames[] = {1, 2, 3};
    uint32_t first = jam_builder_add_stack(builder.get(), frames, 3);
    uint32_t second = jam_builder_add_stack(builder.get(), frames, 1);
    const char *path = jam_builder_write(builder.get(), 0);
    EXPECT_EQ(jam_shim_stack_depth(path, first), 3);
    EXPECT_EQ(jam_shim_stack_depth(path, second), 1);
    for (uint32_t ref :
         {0u, 1u, first - 1, first + 1, second - 1, second + 1, second + 3, UINT32_MAX})
        EXPECT_EQ(jam_shim_stack_depth(path, ref), -1) << ref;
}

TEST(TraceEvents, LanesAreMergedByTime)
{
    Builder builder(jam_builder_new(), jam_builder_free);
    const auto add = [&](uint64_t ticks, uint32_t a) {
        const jam_builder_event event = {ticks, 1, 0, a, 0};
        jam_builder_add_event(builder.get(), &event);
    };
    jam_builder_add_chunk(builder.get(), 1, 2, 1000); // the later chunk comes first in the file
    add(5, 4);
    jam_builder_add_chunk(builder.get(), 1, 1, 100);
    add(0, 1);
    add(50, 3);
    jam_builder_add_chunk(builder.get(), 2, 1, 0);
    add(120, 2);
    add(2000, 5);
    jam_builder_add_chunk(builder.get(), 3, 0, 0); // never used
    jam_shim_event events[8];
    ASSERT_EQ(jam_shim_events(jam_builder_write(builder.get(), 0), events, 8), 5u);
    for (uint32_t i = 0; i < 5; i++)
        EXPECT_EQ(events[i].a, i + 1);
    EXPECT_EQ(events[3].ticks, 1005u);
}

TEST(TraceEvents, AHoldKnowsSinceWhen)
{
    constexpr uint8_t kHold = 6, kHoldSince = 7;
    Builder builder(jam_builder_new(), jam_builder_free);
    jam_builder_add_chunk(builder.get(), 1, 1, 0);
    const jam_builder_event events[] = {{1, kHoldSince, 0, 9, 9},
                                        {2, kHold, 0, 1, 2},
                                        {2, kHoldSince, 0, 7, 1},
                                        {3, kHold, 0, 1, 2}};
    for (const jam_builder_event &event : events)
        jam_builder_add_event(builder.get(), &event);
    jam_shim_event found[8];
    ASSERT_EQ(jam_shim_events(jam_builder_write(builder.get(), 0), found, 8), 3u);
    EXPECT_EQ(found[0].kind, kHoldSince);
    EXPECT_EQ(found[1].since_ticks, (UINT64_C(1) << 32) + 7);
    EXPECT_EQ(found[2].since_ticks, 0u);
}

TEST(TraceEvents, ManyEventsInManyChunks)
{
    Builder builder(jam_builder_new(), jam_builder_free);
    for (uint64_t chunk = 0; chunk < 40; chunk++) {
        jam_builder_add_chunk(builder.get(), static_cast<uint32_t>(chunk % 4 + 1), chunk / 4 + 1,
                              chunk * 1000);
        for (uint32_t i = 0; i < 250; i++) {
            const jam_builder_event event = {i, 1, 0, i, 0};
            jam_builder_add_event(builder.get(), &event);
        }
    }
    std::vector<jam_shim_event> events(20000);
    size_t count = jam_shim_events(jam_builder_write(builder.get(), 0), events.data(), 20000);
    ASSERT_EQ(count, 10000u);
    for (size_t i = 1; i < count; i++)
        EXPECT_GE(events[i].ticks, events[i - 1].ticks);
}

} // namespace
