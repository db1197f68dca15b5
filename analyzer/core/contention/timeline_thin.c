/* Keeps the longest slices and sums the rest. */
#include "core/contention/timeline_thin.h"

#include <stdlib.h>

#include "util/array.h"

#define BUCKETS 2048 /* about the columns of a wide screen */

void jam_timeline_thin_fini(struct jam_timeline_thin *thin)
{
    free(thin->numbers);
    free(thin->densities);
    *thin = (struct jam_timeline_thin){0};
}

static uint64_t length(const struct jam_slice *slice)
{
    return slice->end_ns - slice->begin_ns;
}

static int compare_lengths(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

/* The length of the last slice that may stay, 0 if all may; of equal ones the first stay. */
static int find_shortest(const struct jam_timeline *timeline, size_t limit, uint64_t *shortest)
{
    *shortest = 0;
    if (timeline->count <= limit)
        return 0;
    uint64_t *lengths = malloc(timeline->count * sizeof *lengths);
    if (!lengths)
        return -1;
    for (size_t i = 0; i < timeline->count; i++)
        lengths[i] = length(&timeline->slices[i]);
    qsort(lengths, timeline->count, sizeof *lengths, compare_lengths);
    *shortest = lengths[limit ? limit - 1 : 0];
    free(lengths);
    return 0;
}

/* The sum of a thread and bucket; NULL when memory is short. */
static struct jam_density *get_density(struct jam_timeline_thin *thin, struct jam_map *map,
                                       uint32_t thread, uint32_t bucket)
{
    uint32_t next = (uint32_t)thin->density_count;
    if (jam_array_reserve(&thin->densities, &thin->density_capacity, thin->density_count,
                          sizeof *thin->densities) != 0)
        return NULL;
    uint32_t at = jam_map_insert(map, thread, bucket, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next)
        thin->densities[thin->density_count++] =
            (struct jam_density){.thread = thread, .bucket = bucket};
    return &thin->densities[at];
}

/* Divides a slice among the buckets that it touches. */
static int leave_out(struct jam_timeline_thin *thin, struct jam_map *map,
                     const struct jam_slice *slice)
{
    thin->left_out_count++;
    for (uint64_t at = slice->begin_ns; at < slice->end_ns;) {
        uint64_t bucket = at / thin->bucket_ns;
        uint64_t end = (bucket + 1) * thin->bucket_ns;
        if (end > slice->end_ns)
            end = slice->end_ns;
        struct jam_density *density = get_density(thin, map, slice->thread, (uint32_t)bucket);
        if (!density)
            return -1;
        *(slice->kind == JAM_SLICE_WAIT ? &density->wait_ns : &density->hold_ns) += end - at;
        at = end;
    }
    return 0;
}

/* The end of the last slice: a damaged trace may reach beyond the run. */
static uint64_t last_end(const struct jam_timeline *timeline, uint64_t duration_ns)
{
    for (size_t i = 0; i < timeline->count; i++)
        if (timeline->slices[i].end_ns > duration_ns)
            duration_ns = timeline->slices[i].end_ns;
    return duration_ns;
}

/* Marks what stays: the longest, and what ended them. */
static void choose(struct jam_timeline_thin *thin, const struct jam_timeline *timeline,
                   size_t limit, uint64_t shortest)
{
    size_t kept = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct jam_slice *slice = &timeline->slices[i];
        if (kept >= limit || length(slice) < shortest)
            continue;
        kept++;
        thin->numbers[i] = 0;
        if (slice->blocker != JAM_SLICE_NONE)
            thin->numbers[slice->blocker] = 0;
    }
}

int jam_timeline_thin_init(struct jam_timeline_thin *thin, const struct jam_timeline *timeline,
                           size_t limit, uint64_t duration_ns)
{
    uint64_t shortest;
    struct jam_map map = {0};
    int status = 0;
    *thin = (struct jam_timeline_thin){
        .numbers = malloc(timeline->count * sizeof *thin->numbers + 1),
        .bucket_ns = last_end(timeline, duration_ns) / BUCKETS + 1,
    };
    if (!thin->numbers || find_shortest(timeline, limit, &shortest) != 0)
        return -1;
    for (size_t i = 0; i < timeline->count; i++)
        thin->numbers[i] = JAM_SLICE_NONE;
    choose(thin, timeline, limit, shortest);
    for (size_t i = 0; i < timeline->count && !status; i++) {
        if (thin->numbers[i] != JAM_SLICE_NONE)
            thin->numbers[i] = (uint32_t)thin->kept_count++;
        else
            status = leave_out(thin, &map, &timeline->slices[i]);
    }
    jam_map_fini(&map);
    return status;
}
