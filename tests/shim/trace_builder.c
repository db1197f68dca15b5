/* A trace file in memory, one extent per kind. */
#include "trace_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace_format.h"

#define TABLE_KINDS (JAM_EXTENT_KINDS - 1) /* all but FREE */
#define PATH_BYTES  64

struct jam_builder {
    unsigned char *bytes;
    size_t size;
    uint64_t last_chunk; /* offset of the chunk that takes events */
    char path[PATH_BYTES];
};

static const uint16_t record_bytes[JAM_EXTENT_KINDS] = {
    [JAM_EXTENT_THREADS] = sizeof(struct jam_thread_record),
    [JAM_EXTENT_LOCKS] = sizeof(struct jam_lock_record),
    [JAM_EXTENT_SITES] = sizeof(struct jam_site),
    [JAM_EXTENT_WAITS] = sizeof(struct jam_wait_totals),
    [JAM_EXTENT_HISTOGRAMS] = sizeof(struct jam_histogram),
    [JAM_EXTENT_BLAME] = sizeof(struct jam_blame),
    [JAM_EXTENT_HELD] = sizeof(struct jam_held),
    [JAM_EXTENT_HOLDERS] = sizeof(struct jam_holders),
    [JAM_EXTENT_MISUSE] = sizeof(struct jam_misuse),
    [JAM_EXTENT_ORDERS] = sizeof(struct jam_order),
    [JAM_EXTENT_RETRIES] = sizeof(struct jam_retry),
};

static struct jam_header *header_of(struct jam_builder *builder)
{
    return (struct jam_header *)builder->bytes;
}

static struct jam_extent *extent_at(struct jam_builder *builder, uint64_t offset)
{
    return (struct jam_extent *)(builder->bytes + offset);
}

/* Appends an empty extent and returns its offset. */
static uint64_t append_extent(struct jam_builder *builder, uint16_t kind, size_t bytes)
{
    uint64_t offset = builder->size;
    builder->size += bytes;
    builder->bytes = realloc(builder->bytes, builder->size);
    if (!builder->bytes)
        abort();
    memset(builder->bytes + offset, 0, bytes);
    *extent_at(builder, offset) = (struct jam_extent){
        .magic = JAM_EXTENT_MAGIC,
        .kind = kind,
        .record_bytes = record_bytes[kind],
        .bytes = bytes,
        .first_id = 1,
    };
    header_of(builder)->used_bytes = header_of(builder)->file_bytes = builder->size;
    return offset;
}

/* Room for a record behind the records of an extent; *offset says where. */
static void *add_record(struct jam_builder *builder, uint64_t extent, size_t bytes,
                        uint64_t *offset)
{
    struct jam_extent *head = extent_at(builder, extent);
    if (head->used_bytes + bytes > head->bytes - sizeof *head)
        abort();
    uint64_t at = extent + sizeof *head + head->used_bytes;
    head->used_bytes += bytes;
    if (offset)
        *offset = at;
    return builder->bytes + at;
}

uint64_t jam_builder_extent(const struct jam_builder *builder, uint16_t kind)
{
    (void)builder;
    return JAM_HEADER_BYTES + (uint64_t)(kind - 1) * JAM_BUILDER_EXTENT_BYTES;
}

static void *add_to_table(struct jam_builder *builder, uint16_t kind, size_t bytes,
                          uint64_t *offset)
{
    return add_record(builder, jam_builder_extent(builder, kind), bytes, offset);
}

struct jam_builder *jam_builder_new(void)
{
    struct jam_builder *builder = calloc(1, sizeof *builder);
    if (!builder || !(builder->bytes = calloc(1, JAM_HEADER_BYTES)))
        abort();
    builder->size = JAM_HEADER_BYTES;
    struct jam_header *header = header_of(builder);
    memcpy(header->magic, JAM_MAGIC, sizeof header->magic);
    header->version = JAM_FORMAT_VERSION;
    header->oldest_reader = JAM_FORMAT_OLDEST;
    header->header_bytes = JAM_HEADER_BYTES;
    header->clock = JAM_CLOCK_MONOTONIC;
    header->pid = 4711;
    header->clock_last = (struct jam_clock_pair){1000000000, 1000000000};
    for (uint16_t kind = 1; kind <= TABLE_KINDS; kind++)
        append_extent(builder,
                      kind == JAM_EXTENT_RING || kind == JAM_EXTENT_LANE ? JAM_EXTENT_FREE : kind,
                      JAM_BUILDER_EXTENT_BYTES);
    return builder;
}

void jam_builder_free(struct jam_builder *builder)
{
    if (builder->path[0])
        unlink(builder->path);
    free(builder->bytes);
    free(builder);
}

unsigned char *jam_builder_bytes(struct jam_builder *builder, size_t *size)
{
    *size = builder->size;
    return builder->bytes;
}

const char *jam_builder_write(struct jam_builder *builder, size_t size)
{
    const char *folder = getenv("TMPDIR");
    if (builder->path[0])
        unlink(builder->path);
    snprintf(builder->path, sizeof builder->path, "%s/lockjam-test-XXXXXX",
             folder && strlen(folder) < 30 ? folder : "/tmp");
    int descriptor = mkstemp(builder->path);
    size_t wanted = size ? size : builder->size;
    if (descriptor < 0 || write(descriptor, builder->bytes, wanted) != (ssize_t)wanted)
        abort();
    close(descriptor);
    return builder->path;
}

void jam_builder_set_u16(struct jam_builder *builder, uint64_t offset, uint16_t value)
{
    memcpy(builder->bytes + offset, &value, sizeof value);
}

void jam_builder_set_u32(struct jam_builder *builder, uint64_t offset, uint32_t value)
{
    memcpy(builder->bytes + offset, &value, sizeof value);
}

void jam_builder_set_u64(struct jam_builder *builder, uint64_t offset, uint64_t value)
{
    memcpy(builder->bytes + offset, &value, sizeof value);
}

void jam_builder_set_clock(struct jam_builder *builder, const struct jam_builder_clock *clock)
{
    struct jam_header *header = header_of(builder);
    header->clock = clock->kind;
    header->clock_first = (struct jam_clock_pair){clock->first_ticks, clock->first_ns};
    header->clock_last = (struct jam_clock_pair){clock->last_ticks, clock->last_ns};
    header->tick_hz_hint = clock->hz;
}

void jam_builder_set_loss(struct jam_builder *builder, unsigned loss, uint64_t count)
{
    header_of(builder)->lost[loss] = count;
}

void jam_builder_add_string(struct jam_builder *builder, uint16_t key, const char *text)
{
    size_t length = strlen(text);
    struct jam_string *string =
        add_to_table(builder, JAM_EXTENT_STRINGS, (sizeof *string + length + 3) / 4 * 4, NULL);
    string->key = key;
    string->length = (uint16_t)length;
    memcpy(string->text, text, length);
}

void jam_builder_add_module(struct jam_builder *builder, const char *path, uint64_t start,
                            uint64_t end)
{
    size_t length = strlen(path);
    size_t bytes = (sizeof(struct jam_module) + length + 7) / 8 * 8;
    struct jam_module *module = add_to_table(builder, JAM_EXTENT_MODULES, bytes, NULL);
    module->record_bytes = (uint32_t)bytes;
    module->id = 1;
    module->bias = module->start = start;
    module->end = end;
    module->last_generation = UINT32_MAX;
    module->path_bytes = (uint16_t)length;
    memcpy(module->path, path, length);
}

uint32_t jam_builder_add_stack(struct jam_builder *builder, const uint64_t *frames, uint16_t depth)
{
    uint64_t offset;
    struct jam_stack *stack =
        add_to_table(builder, JAM_EXTENT_STACKS,
                     (sizeof *stack + depth * sizeof *frames + 15) / 16 * 16, &offset);
    stack->depth = depth;
    memcpy(stack->frames, frames, depth * sizeof *frames);
    return (uint32_t)(offset / JAM_STACK_UNIT);
}

void jam_builder_add_lock(struct jam_builder *builder, const struct jam_builder_lock *lock)
{
    struct jam_lock_record *record = add_to_table(builder, JAM_EXTENT_LOCKS, sizeof *record, NULL);
    record->id = lock->id;
    record->kind = lock->kind;
    record->address = lock->address;
    record->generation = 1;
    record->flags = JAM_LOCK_ALIVE;
    record->created_stack = lock->created_stack;
    record->first_stack = lock->first_stack;
    record->thread = lock->thread;
    record->max_waiters = lock->max_waiters;
    record->owner_changes = lock->owner_changes;
}

void jam_builder_add_thread(struct jam_builder *builder, const struct jam_builder_thread *thread)
{
    struct jam_thread_record *record =
        add_to_table(builder, JAM_EXTENT_THREADS, sizeof *record, NULL);
    record->id = thread->id;
    record->tid = thread->tid;
    record->start_ticks = thread->start_ticks;
    record->end_ticks = thread->end_ticks;
    record->wait_ticks = thread->wait_ticks;
    record->blocked_others_ticks = thread->blocked_others_ticks;
    record->waits = thread->waits;
    strncpy(record->name, thread->name, sizeof record->name - 1);
    header_of(builder)->threads_started++;
}

static uint32_t add_waits(struct jam_builder *builder, const struct jam_builder_site *site)
{
    uint64_t offset;
    struct jam_wait_totals *waits = add_to_table(builder, JAM_EXTENT_WAITS, sizeof *waits, &offset);
    waits->contended = site->contended;
    waits->wait_ticks = site->wait_ticks;
    waits->wait_max_ticks = site->wait_max_ticks;
    waits->try_failures = site->try_failures;
    waits->timeouts = site->timeouts;
    waits->holds_contended = site->holds_contended;
    waits->hold_contended_ticks = site->hold_contended_ticks;
    waits->wait.count[site->wait_bucket] = site->contended;
    return (uint32_t)(offset / JAM_REF_UNIT);
}

static uint32_t add_holds(struct jam_builder *builder, const struct jam_builder_site *site)
{
    uint64_t offset;
    struct jam_histogram *holds =
        add_to_table(builder, JAM_EXTENT_HISTOGRAMS, sizeof *holds, &offset);
    holds->count[site->hold_bucket] = site->releases;
    return (uint32_t)(offset / JAM_REF_UNIT);
}

void jam_builder_add_site(struct jam_builder *builder, const struct jam_builder_site *site)
{
    struct jam_site *record = add_to_table(builder, JAM_EXTENT_SITES, sizeof *record, NULL);
    record->lock = site->lock;
    record->stack = site->stack;
    record->mode = site->mode;
    record->acquisitions = site->acquisitions;
    record->releases = site->releases;
    record->hold_ticks = site->hold_ticks;
    record->hold_max_ticks = site->hold_max_ticks;
    if (site->contended || site->try_failures || site->timeouts || site->holds_contended)
        record->wait_ref = add_waits(builder, site);
    if (site->has_hold_histogram)
        record->hold_histogram_ref = add_holds(builder, site);
}

void jam_builder_add_blame(struct jam_builder *builder, const struct jam_builder_blame *blame)
{
    struct jam_blame *record = add_to_table(builder, JAM_EXTENT_BLAME, sizeof *record, NULL);
    record->lock = blame->lock;
    record->waiter_stack = blame->waiter_stack;
    record->blocker_stack = blame->blocker_stack;
    record->waiter_threads = blame->waiter_threads;
    record->count = blame->count;
    record->wait_ticks = blame->wait_ticks;
    record->wait_max_ticks = blame->wait_max_ticks;
}

void jam_builder_add_dependency(struct jam_builder *builder, uint32_t lock, uint32_t held)
{
    struct jam_dependency *record =
        add_to_table(builder, JAM_EXTENT_DEPENDENCIES,
                     sizeof *record + sizeof(struct jam_dependency_held), NULL);
    record->lock = lock;
    record->generation = 1;
    record->held_count = 1;
    record->instances = 1;
    record->instance[0] = (struct jam_instance){1, 0};
    record->held[0] = (struct jam_dependency_held){.lock = held, .generation = 1};
}

void jam_builder_add_record(struct jam_builder *builder, uint16_t kind, const void *record,
                            size_t bytes)
{
    memcpy(add_to_table(builder, kind, bytes, NULL), record, bytes);
}

void jam_builder_add_lane(struct jam_builder *builder, uint32_t thread, uint32_t waits_for,
                          uint32_t held)
{
    uint64_t offset = append_extent(builder, JAM_EXTENT_LANE, JAM_LANE_BYTES);
    struct jam_lane *lane = (struct jam_lane *)(extent_at(builder, offset) + 1);
    extent_at(builder, offset)->owner_lane = thread;
    lane->number = lane->thread = thread;
    lane->state = JAM_LANE_LIVE;
    lane->wait.operation = waits_for ? JAM_OP_LOCK : JAM_OP_NONE;
    lane->wait.lock = waits_for;
    lane->held_capacity = JAM_LANE_INLINE_HELD;
    lane->held_offset = offset + sizeof(struct jam_extent) + sizeof *lane;
    lane->held_count = held != 0;
    *(struct jam_held *)(lane + 1) = (struct jam_held){.lock = held, .generation = 1};
}

void jam_builder_add_chunk(struct jam_builder *builder, uint32_t lane, uint64_t sequence,
                           uint64_t base_ticks)
{
    builder->last_chunk = append_extent(builder, JAM_EXTENT_RING, JAM_EXTENT_ALIGN);
    struct jam_extent *head = extent_at(builder, builder->last_chunk);
    head->owner_lane = head->ring_thread = lane;
    head->ring_sequence = sequence;
    head->ring_base_ticks = base_ticks;
}

void jam_builder_add_event(struct jam_builder *builder, const struct jam_builder_event *event)
{
    struct jam_event *record = add_record(builder, builder->last_chunk, sizeof *record, NULL);
    record->when_kind_flags = event->ticks | (uint64_t)event->kind << JAM_EVENT_KIND_SHIFT |
                              (uint64_t)event->flags << JAM_EVENT_FLAGS_SHIFT;
    record->a = event->a;
    record->b = event->b;
}
