// Sums, clocks and views.
#include <gtest/gtest.h>
#include <jansson.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "trace_builder.h"
#include "trace_shim.h"

namespace
{

constexpr uint16_t kTsc = 1, kMonotonic = 2, kMutex = 1;
constexpr uint64_t kGhz3 = 3000000000;

using Builder = std::unique_ptr<jam_builder, decltype(&jam_builder_free)>;

Builder empty()
{
    return Builder(jam_builder_new(), jam_builder_free);
}

TEST(Timebase, ChoosesARateThatCanBeTrue)
{
    const struct {
        const char *what;
        jam_shim_clock clock;
        uint64_t ticks, ns;
    } cases[] = {
        {"nanoseconds", {kMonotonic, 0, 0, 5, 99, kGhz3}, 1000, 1000},
        {"a good pair wins", {kTsc, 100, 7, 100 + 2000000000, 7 + 1000000000, kGhz3}, 2000, 1000},
        {"a short pair yields to the hint", {kTsc, 100, 7, 200, 107, kGhz3}, 3000, 1000},
        {"a pair without end yields to the hint", {kTsc, 100, 7, 0, 0, kGhz3}, 3000, 1000},
        {"a short pair is better than nothing", {kTsc, 0, 0, 2000, 1000, 0}, 2000, 1000},
        {"nothing at all", {kTsc, 0, 0, 0, 0, 0}, 1000, 1000},
        {"a clock that stands still", {kTsc, 5, 0, 5, 1000000000, 0}, 1000, 1000},
        {"a clock that runs backwards", {kTsc, 9, 10, 5, 5, kGhz3}, 3000, 1000},
        {"an absurd pair", {kTsc, 0, 0, UINT64_MAX, 1000000, kGhz3}, 3000, 1000},
        {"an absurd hint", {kTsc, 0, 0, 0, 0, 1}, 1000, 1000},
        {"another absurd hint", {kTsc, 0, 0, 0, 0, UINT64_MAX}, 1000, 1000},
    };
    for (const auto &test : cases)
        EXPECT_EQ(jam_shim_duration_ns(&test.clock, test.ticks), test.ns) << test.what;
}

TEST(Timebase, SaturatesAndRounds)
{
    const jam_shim_clock slow = {kTsc, 0, 0, 1000000, 1000000000, 0};
    EXPECT_EQ(jam_shim_duration_ns(&slow, UINT64_MAX), UINT64_MAX);
    const jam_shim_clock fast = {kTsc, 0, 0, kGhz3, 1000000000, 0};
    EXPECT_EQ(jam_shim_duration_ns(&fast, 1), 0u);
    EXPECT_EQ(jam_shim_duration_ns(&fast, 2), 1u);
    const jam_shim_clock later = {kMonotonic, 500, 0, 0, 0, 0};
    EXPECT_EQ(jam_shim_since_start_ns(&later, 499), 0u);
    EXPECT_EQ(jam_shim_since_start_ns(&later, 600), 100u);
}

TEST(Timebase, Buckets)
{
    const jam_shim_clock clock = {kMonotonic, 0, 0, 0, 0, 0};
    EXPECT_EQ(jam_shim_bucket_of(0), 0u);
    EXPECT_EQ(jam_shim_bucket_of(31), 0u);
    EXPECT_EQ(jam_shim_bucket_of(32), 1u);
    EXPECT_EQ(jam_shim_bucket_of(63), 1u);
    EXPECT_EQ(jam_shim_bucket_of(64), 2u);
    EXPECT_EQ(jam_shim_bucket_of(UINT64_MAX), 31u);
    EXPECT_EQ(jam_shim_bucket_ns(&clock, 0), 32u);
    EXPECT_EQ(jam_shim_bucket_ns(&clock, 1), 64u);
    EXPECT_EQ(jam_shim_bucket_ns(&clock, 31), UINT64_MAX);
}

// Two lanes recorded the same site, a third one another site of the same lock.
Builder three_sites()
{
    Builder builder = empty();
    const uint64_t frames[] = {0x1000}, other[] = {0x2000};
    uint32_t stack = jam_builder_add_stack(builder.get(), frames, 1);
    uint32_t second = jam_builder_add_stack(builder.get(), other, 1);
    jam_builder_lock lock = {1, kMutex, 0x10, 0, stack, 0, 3, 5};
    jam_builder_add_lock(builder.get(), &lock);
    jam_builder_site site = {};
    site.lock = 1;
    site.stack = stack;
    site.acquisitions = 10;
    site.releases = 9;
    site.hold_ticks = 500;
    site.hold_max_ticks = 90;
    site.contended = 2;
    site.wait_ticks = 300;
    site.wait_max_ticks = 200;
    site.try_failures = 1;
    site.holds_contended = 3;
    site.hold_contended_ticks = 200;
    site.wait_bucket = 3;
    site.has_hold_histogram = 1;
    site.hold_bucket = 2;
    jam_builder_add_site(builder.get(), &site);
    site.wait_max_ticks = 250;
    jam_builder_add_site(builder.get(), &site);
    site = {};
    site.lock = 1;
    site.stack = second;
    site.acquisitions = 1;
    site.releases = 1;
    site.hold_ticks = 40;
    site.hold_max_ticks = 40;
    jam_builder_add_site(builder.get(), &site);
    jam_builder_blame blame = {1, stack, second, 1, 2, 300, 200};
    jam_builder_add_blame(builder.get(), &blame);
    jam_builder_add_blame(builder.get(), &blame);
    return builder;
}

TEST(Contention, SumsOverLanes)
{
    Builder builder = three_sites();
    const char *path = jam_builder_write(builder.get(), 0);
    jam_shim_lock lock = jam_shim_contention(&path, 1, 0, 1);
    ASSERT_TRUE(lock.is_found);
    EXPECT_EQ(lock.acquisitions, 21u);
    EXPECT_EQ(lock.contended, 4u);
    EXPECT_EQ(lock.try_failures, 2u);
    EXPECT_EQ(lock.wait_ns, 600u);
    EXPECT_EQ(lock.wait_max_ns, 250u);
    EXPECT_EQ(lock.hold_ns, 1040u);
    EXPECT_EQ(lock.hold_max_ns, 90u);
    EXPECT_EQ(lock.holds_contended, 6u);
    EXPECT_EQ(lock.hold_contended_ns, 400u);
    EXPECT_EQ(lock.sites, 2u);
    EXPECT_EQ(lock.first_site_wait_ns, 600u);
    EXPECT_EQ(lock.blames, 1u);
    EXPECT_EQ(lock.first_blame_count, 4u);
    EXPECT_EQ(lock.first_blame_wait_ns, 600u);
    EXPECT_EQ(lock.wait_count[3], 4u);
}

TEST(Contention, OneHoldIsItsOwnHistogram)
{
    Builder builder = three_sites();
    const char *path = jam_builder_write(builder.get(), 0);
    jam_shim_lock lock = jam_shim_contention(&path, 1, 0, 1);
    EXPECT_EQ(lock.hold_count[2], 18u);
    EXPECT_EQ(lock.hold_count[1], 1u); // 40 ticks
}

TEST(Contention, LocksOfTwoTracesStayApart)
{
    Builder first = three_sites(), second = three_sites();
    const char *paths[] = {jam_builder_write(first.get(), 0), jam_builder_write(second.get(), 0)};
    EXPECT_EQ(jam_shim_contention(paths, 2, 0, 1).acquisitions, 21u);
    EXPECT_EQ(jam_shim_contention(paths, 2, 1, 1).acquisitions, 21u);
}

TEST(Contention, AbsurdNumbersStayLarge)
{
    Builder builder = empty();
    jam_builder_site site = {};
    site.lock = 77; // no record
    site.acquisitions = site.contended = site.wait_ticks = UINT64_MAX;
    site.releases = site.hold_ticks = UINT64_MAX - 1;
    jam_builder_add_site(builder.get(), &site);
    site.mode = 1;
    jam_builder_add_site(builder.get(), &site);
    const char *path = jam_builder_write(builder.get(), 0);
    jam_shim_lock lock = jam_shim_contention(&path, 1, 0, 77);
    ASSERT_TRUE(lock.is_found);
    EXPECT_EQ(lock.acquisitions, UINT64_MAX);
    EXPECT_EQ(lock.wait_ns, UINT64_MAX);
    EXPECT_EQ(lock.hold_ns, UINT64_MAX);
    EXPECT_EQ(lock.sites, 2u);
}

json_t *report_json(const char *const *paths, size_t count, int by)
{
    jam_shim_view view = {};
    view.by = by;
    view.is_json = 1;
    char *text = jam_shim_report(paths, count, &view);
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    EXPECT_NE(root, nullptr) << error.text << "\n" << text;
    free(text);
    return root;
}

json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    EXPECT_TRUE(json_is_integer(value)) << key;
    return json_integer_value(value);
}

TEST(ReportJson, HasTheFieldsOfTheSchema)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    const char *path = jam_builder_write(builder.get(), 0);
    json_t *root = report_json(&path, 1, 0);
    EXPECT_STREQ(json_string_value(json_object_get(root, "schema")), "lockjam.report/1");
    const json_t *locks = json_object_get(root, "locks");
    ASSERT_EQ(json_array_size(locks), 2u);
    const json_t *lock = json_array_get(locks, 0);
    EXPECT_STREQ(json_string_value(json_object_get(lock, "kind")), "mutex");
    EXPECT_EQ(number(lock, "wait_ns"), 40000);
    EXPECT_EQ(number(lock, "hold_ns"), 35000);
    json_int_t sum = 0;
    size_t index;
    json_t *site;
    json_array_foreach(json_object_get(lock, "sites"), index, site)
    {
        sum += number(site, "wait_ns");
    }
    EXPECT_EQ(sum, 40000);
    const json_t *bucket = json_array_get(json_object_get(lock, "wait_histogram"), 0);
    EXPECT_EQ(json_integer_value(json_array_get(bucket, 0)), 16384);
    EXPECT_EQ(json_integer_value(json_array_get(bucket, 1)), 4);
    EXPECT_EQ(number(json_object_get(root, "totals"), "acquisitions"), 13);
    EXPECT_EQ(json_array_size(json_object_get(root, "threads")), 2u);
    json_decref(root);
}

TEST(ReportJson, HostileNamesAndNumbersStayJson)
{
    Builder builder = empty();
    jam_builder_add_string(builder.get(), 1, "/bin/\xff\"</script>\x01\\");
    const jam_builder_thread thread = {1, 5, "\x1b[2J\xc3(", 9, 3, UINT64_MAX, UINT64_MAX, 1};
    jam_builder_add_thread(builder.get(), &thread);
    const jam_builder_lock lock = {1, 999, UINT64_MAX, UINT32_MAX, 7, 0, UINT32_MAX, UINT64_MAX};
    jam_builder_add_lock(builder.get(), &lock);
    jam_builder_site site = {};
    site.lock = 1;
    site.mode = 65535;
    site.acquisitions = UINT64_MAX;
    jam_builder_add_site(builder.get(), &site);
    jam_builder_set_loss(builder.get(), 4, UINT64_MAX);
    jam_builder_set_loss(builder.get(), 15, UINT64_MAX);
    const char *path = jam_builder_write(builder.get(), 0);
    json_t *root = report_json(&path, 1, 0);
    EXPECT_EQ(number(json_object_get(root, "totals"), "events_lost"), INT64_MAX);
    json_decref(root);
}

TEST(ReportJson, ClassesMergeOverTraces)
{
    Builder first = three_sites(), second = three_sites();
    const char *paths[] = {jam_builder_write(first.get(), 0), jam_builder_write(second.get(), 0)};
    constexpr int kSite = 1, kClass = 2;
    for (int by : {kSite, kClass}) {
        json_t *root = report_json(paths, 2, by);
        const json_t *groups = json_object_get(root, "groups");
        EXPECT_EQ(json_array_size(groups), by == kSite ? 2u : 1u);
        EXPECT_EQ(number(json_array_get(groups, 0), "locks"), 2);
        EXPECT_EQ(number(json_array_get(groups, 0), "acquisitions"), by == kSite ? 40 : 42);
        EXPECT_EQ(json_array_size(json_object_get(root, "locks")), 2u);
        EXPECT_EQ(json_array_size(json_object_get(root, "processes")), 2u);
        json_decref(root);
    }
}

std::string report_text(jam_builder *builder, const jam_shim_view &view)
{
    const char *path = jam_builder_write(builder, 0);
    char *text = jam_shim_report(&path, 1, &view);
    std::string result = text ? text : "";
    free(text);
    return result;
}

TEST(ReportText, SaysFirstWhatIsLost)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    EXPECT_EQ(report_text(builder.get(), {}).find("Nothing lost."), 0u);
    jam_builder_set_loss(builder.get(), 4, 1234);
    EXPECT_EQ(report_text(builder.get(), {}).find("Lost: 1,234 events overwritten"), 0u);
}

TEST(ReportText, NamesWaiterAndBlocker)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    std::string text = report_text(builder.get(), {});
    EXPECT_NE(text.find("waits at    sample+0x1000"), std::string::npos) << text;
    EXPECT_NE(text.find("  held by   sample+0x3000"), std::string::npos) << text;
    EXPECT_NE(text.find("Condition variables by wait"), std::string::npos) << text;
}

TEST(ReportText, AHangComesFirst)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    std::string text = report_text(builder.get(), {});
    size_t waiting = text.find("1.00 s  worker (tid 0) for mutex");
    ASSERT_NE(waiting, std::string::npos) << text;
    EXPECT_LT(waiting, text.find("Locks by wait"));
    EXPECT_NE(text.find("held by main (tid 0)", waiting), std::string::npos) << text;
}

TEST(ReportText, FitsAHundredColumns)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    for (int by = 0; by < 4; by++) {
        jam_shim_view view = {};
        view.by = by;
        std::string text = report_text(builder.get(), view);
        for (size_t at = 0, end; at < text.size(); at = end + 1) {
            end = text.find('\n', at);
            EXPECT_LE(end - at, 100u) << text.substr(at, end - at);
        }
    }
}

TEST(ReportText, AnEmptyTraceHasAReport)
{
    Builder builder = empty();
    std::string text = report_text(builder.get(), {});
    EXPECT_NE(text.find("0 locks"), std::string::npos) << text;
}

TEST(Dump, HasALineForEveryRecord)
{
    Builder builder(jam_builder_sample(), jam_builder_free);
    char *text = jam_shim_dump(jam_builder_write(builder.get(), 0));
    const std::string dump = text;
    free(text);
    const struct {
        const char *word;
        size_t count;
    } cases[] = {{"trace", 1},  {"extent", JAM_BUILDER_SAMPLE_EXTENTS},
                 {"string", 2}, {"module", 1},
                 {"stack", 2},  {"thread", 2},
                 {"lock", 2},   {"site", 3},
                 {"waits", 2},  {"holds", 1},
                 {"blame", 1},  {"dependency", 1},
                 {"lane", 2},   {"waiting", 2},
                 {"held", 1},   {"order", 1},
                 {"misuse", 1}, {"retry", 1},
                 {"event", 6},  {"damage", 0}};
    for (const auto &test : cases) {
        size_t count = 0;
        const std::string line = std::string("\n") + test.word + " ";
        for (size_t at = 0; (at = ("\n" + dump).find(line, at)) != std::string::npos; at++)
            count++;
        EXPECT_EQ(count, test.count) << test.word;
    }
}

} // namespace
