/* The trace with a bit of everything, built by trace_builder.c. */
#include "trace_builder.h"
#include "trace_format.h"

static void add_sample_events(struct jam_builder *builder)
{
    static const struct jam_builder_event events[] = {
        {10, JAM_EVENT_WAIT_BEGIN, JAM_OP_LOCK, 1, 0},
        {20, JAM_EVENT_HOLD, 0, 1, 0},
        {20, JAM_EVENT_HOLD_SINCE, 0, 5, 0},
        {30, JAM_EVENT_WAIT_END, 0, 1, 2},
    };
    for (uint32_t lane = 1; lane <= 2; lane++) {
        jam_builder_add_chunk(builder, lane, 1, lane * 1000);
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
            jam_builder_add_event(builder, &events[i]);
    }
}

static void add_sample_sites(struct jam_builder *builder, uint32_t waiter, uint32_t blocker)
{
    const struct jam_builder_site sites[] = {
        {.lock = 1,
         .stack = waiter,
         .acquisitions = 10,
         .releases = 10,
         .hold_ticks = 5000,
         .hold_max_ticks = 900,
         .contended = 4,
         .wait_ticks = 40000,
         .wait_max_ticks = 20000,
         .wait_bucket = 9,
         .hold_bucket = 4,
         .has_hold_histogram = 1},
        {.lock = 1,
         .stack = blocker,
         .acquisitions = 1,
         .releases = 1,
         .hold_ticks = 30000,
         .hold_max_ticks = 30000},
        {.lock = 2,
         .stack = waiter,
         .acquisitions = 2,
         .contended = 2,
         .wait_ticks = 100,
         .wait_max_ticks = 60,
         .wait_bucket = 1},
    };
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        jam_builder_add_site(builder, &sites[i]);
}

static void add_sample_facts(struct jam_builder *builder, uint32_t stack, uint32_t other)
{
    const struct jam_order order = {
        .kind = JAM_ORDER_WAKE, .lock = 2, .generation = 1, .thread = 2, .other_thread = 1};
    const struct jam_misuse misuse = {.kind = JAM_MISUSE_RELOCK,
                                      .lock = 1,
                                      .generation = 1,
                                      .stack = stack,
                                      .thread = 1,
                                      .other_stack = other,
                                      .count = 2};
    const struct jam_retry retry = {
        .lock = 1, .generation = 1, .stack = stack, .thread = 2, .held_lock = 2, .failures = 3};
    jam_builder_add_record(builder, JAM_EXTENT_ORDERS, &order, sizeof order);
    jam_builder_add_record(builder, JAM_EXTENT_MISUSE, &misuse, sizeof misuse);
    jam_builder_add_record(builder, JAM_EXTENT_RETRIES, &retry, sizeof retry);
}

struct jam_builder *jam_builder_sample(void)
{
    static const uint64_t waiter_frames[] = {0x401000, 0x402000};
    static const uint64_t blocker_frames[] = {0x403000, 0x402000};
    struct jam_builder *builder = jam_builder_new();
    uint32_t waiter = jam_builder_add_stack(builder, waiter_frames, 2);
    uint32_t blocker = jam_builder_add_stack(builder, blocker_frames, 2);
    jam_builder_add_string(builder, JAM_STRING_EXECUTABLE, "/usr/bin/sample");
    jam_builder_add_string(builder, JAM_STRING_ARGUMENT, "sample");
    jam_builder_add_module(builder, "/nonexistent/sample", 0x400000, 0x500000);
    jam_builder_add_thread(builder,
                           &(struct jam_builder_thread){.id = 1, .tid = 100, .name = "main"});
    jam_builder_add_thread(
        builder, &(struct jam_builder_thread){
                     .id = 2, .tid = 101, .name = "worker", .wait_ticks = 40000, .waits = 4});
    jam_builder_add_lock(builder, &(struct jam_builder_lock){.id = 1,
                                                             .kind = JAM_LOCK_MUTEX,
                                                             .address = 0x404040,
                                                             .max_waiters = 1,
                                                             .first_stack = waiter});
    jam_builder_add_lock(builder, &(struct jam_builder_lock){.id = 2,
                                                             .kind = JAM_LOCK_COND,
                                                             .address = 0x404080,
                                                             .created_stack = blocker});
    add_sample_sites(builder, waiter, blocker);
    jam_builder_add_blame(builder,
                          &(struct jam_builder_blame){1, waiter, blocker, 1, 4, 40000, 20000});
    jam_builder_add_dependency(builder, 1, 2);
    add_sample_facts(builder, waiter, blocker);
    jam_builder_add_lane(builder, 1, 0, 1);
    jam_builder_add_lane(builder, 2, 1, 0);
    add_sample_events(builder);
    return builder;
}
