/*
 * Writes a trace with as many dependencies as a large program's, for `lockjam check` to read.
 *
 * usage: relation FILE DEPENDENCIES LOCKS nested|dense|gated
 *
 *      nested  locks are taken in the order of their numbers, but for one pair in 10,000
 *      dense   in any order: cycles without number
 *      gated   the same below one common lock: nothing to report, everything to look at
 *
 * Each holds two locks and wants a third; all are different.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_format.h"

enum { THREADS = 64, HELD = 2, CODE_PLACES = 5000 };
enum shape { NESTED, DENSE, GATED };

static FILE *out;
static uint64_t position;

static uint64_t next_number(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static void put(const void *bytes, size_t size)
{
    if (fwrite(bytes, size, 1, out) != 1) {
        perror("relation");
        exit(1);
    }
    position += size;
}

static void begin_extent(uint16_t kind, size_t record_bytes, uint64_t bytes)
{
    struct jam_extent extent = {
        .magic = JAM_EXTENT_MAGIC,
        .kind = kind,
        .record_bytes = (uint16_t)record_bytes,
        .bytes =
            (sizeof extent + bytes + JAM_EXTENT_ALIGN - 1) / JAM_EXTENT_ALIGN * JAM_EXTENT_ALIGN,
        .owner_lane = kind == JAM_EXTENT_DEPENDENCIES,
        .first_id = 1,
        .used_bytes = bytes,
    };
    put(&extent, sizeof extent);
}

static void end_extent(void)
{
    static const char zeros[JAM_EXTENT_ALIGN];
    uint64_t over = position % JAM_EXTENT_ALIGN;
    if (over)
        put(zeros, JAM_EXTENT_ALIGN - over);
}

static void put_header(void)
{
    union {
        struct jam_header header;
        char page[JAM_HEADER_BYTES];
    } first = {.header = {
                   .version = JAM_FORMAT_VERSION,
                   .oldest_reader = JAM_FORMAT_OLDEST,
                   .header_bytes = JAM_HEADER_BYTES,
                   .clock = JAM_CLOCK_MONOTONIC,
                   .machine = 62,
                   .pid = 1,
                   .file_bytes = position,
                   .used_bytes = position,
                   .threads_started = THREADS,
               }};
    memcpy(first.header.magic, JAM_MAGIC, sizeof first.header.magic);
    rewind(out);
    put(&first, sizeof first);
}

static void put_tables(uint32_t locks)
{
    begin_extent(JAM_EXTENT_THREADS, sizeof(struct jam_thread_record),
                 THREADS * sizeof(struct jam_thread_record));
    for (uint32_t i = 1; i <= THREADS; i++)
        put(&(struct jam_thread_record){.id = i, .tid = i}, sizeof(struct jam_thread_record));
    end_extent();
    begin_extent(JAM_EXTENT_LOCKS, sizeof(struct jam_lock_record),
                 locks * sizeof(struct jam_lock_record));
    for (uint32_t i = 1; i <= locks; i++) {
        struct jam_lock_record lock = {
            .address = i * 64, .generation = 1, .kind = JAM_LOCK_MUTEX, .id = i, .first_stack = i};
        put(&lock, sizeof lock);
    }
    end_extent();
}

/* Three locks, the outermost first. */
static void choose(enum shape shape, uint32_t locks, uint32_t chosen[3])
{
    for (int i = 0; i < 3; i++)
        chosen[i] = 2 + (uint32_t)(next_number() % (locks - 1));
    if (shape == GATED)
        chosen[0] = 1;
    bool is_stray = next_number() % 10000 == 0;
    for (int i = 1; shape == NESTED && !is_stray && i < 3; i++)
        for (int j = i; j > 0 && chosen[j - 1] > chosen[j]; j--) {
            uint32_t lower = chosen[j];
            chosen[j] = chosen[j - 1];
            chosen[j - 1] = lower;
        }
}

static void put_dependencies(uint64_t count, uint32_t locks, enum shape shape)
{
    union {
        struct jam_dependency head;
        char bytes[sizeof(struct jam_dependency) + HELD * sizeof(struct jam_dependency_held)];
    } record;
    memset(&record, 0, sizeof record);
    begin_extent(JAM_EXTENT_DEPENDENCIES, 0, count * sizeof record);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t chosen[3];
        choose(shape, locks, chosen);
        record.head.lock = chosen[2];
        record.head.generation = 1;
        record.head.stack = 1 + (uint32_t)(i % CODE_PLACES);
        record.head.held_count = HELD;
        record.head.instances = 1;
        record.head.instance[0].thread = 1 + (uint32_t)(next_number() % THREADS);
        record.head.first_ticks = record.head.last_ticks = i;
        for (int j = 0; j < HELD; j++)
            record.head.held[j] = (struct jam_dependency_held){
                .lock = chosen[j], .generation = 1, .stack = 1 + (uint32_t)(i % CODE_PLACES)};
        put(&record, sizeof record);
    }
    end_extent();
}

int main(int argc, char **argv)
{
    static const char *const shapes[] = {"nested", "dense", "gated"};
    int shape = 0;
    while (argc == 5 && shape < 3 && strcmp(argv[4], shapes[shape]) != 0)
        shape++;
    if (argc != 5 || shape == 3 || atol(argv[3]) < 3 || !(out = fopen(argv[1], "wb"))) {
        fprintf(stderr, "usage: relation FILE DEPENDENCIES LOCKS nested|dense|gated\n");
        return 2;
    }
    put_header();
    put_tables((uint32_t)atol(argv[3]));
    put_dependencies((uint64_t)atol(argv[2]), (uint32_t)atol(argv[3]), (enum shape)shape);
    put_header();
    return fclose(out) != 0;
}
