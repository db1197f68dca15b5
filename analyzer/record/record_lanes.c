/* Finds the lanes of a trace as it grows, and reads their wait words. */
#include "record/record_lanes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/array.h"

bool jam_record_lanes_open(struct jam_record_lanes *lanes, const char *path)
{
    *lanes = (struct jam_record_lanes){.scanned = JAM_HEADER_BYTES};
    lanes->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return lanes->fd >= 0;
}

void jam_record_lanes_close(struct jam_record_lanes *lanes)
{
    if (lanes->fd >= 0)
        close(lanes->fd);
    free(lanes->list);
    *lanes = (struct jam_record_lanes){.fd = -1};
}

static bool read_at(const struct jam_record_lanes *lanes, uint64_t offset, void *buffer,
                    size_t bytes)
{
    return pread(lanes->fd, buffer, bytes, (off_t)offset) == (ssize_t)bytes;
}

static void add_lane(struct jam_record_lanes *lanes, uint64_t offset)
{
    if (jam_array_reserve(&lanes->list, &lanes->capacity, lanes->count, sizeof *lanes->list) == 0)
        lanes->list[lanes->count++] = (struct jam_record_lane){.offset = offset};
}

/* A damaged head ends the walk for good: what lies behind cannot be found by steps. */
static void find_lanes(struct jam_record_lanes *lanes)
{
    struct jam_header header;
    struct jam_extent extent;
    if (!read_at(lanes, 0, &header, sizeof header))
        return;
    while (lanes->scanned < header.used_bytes &&
           read_at(lanes, lanes->scanned, &extent, sizeof extent)) {
        bool is_sane = extent.magic == JAM_EXTENT_MAGIC && extent.bytes >= JAM_EXTENT_ALIGN &&
                       extent.bytes % JAM_EXTENT_ALIGN == 0 &&
                       extent.bytes <= header.used_bytes - lanes->scanned;
        if (!is_sane)
            return;
        if (extent.kind == JAM_EXTENT_LANE)
            add_lane(lanes, lanes->scanned + sizeof extent);
        lanes->scanned += extent.bytes;
    }
}

/* FNV-1a over words. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 0x100000001b3u;
}

static void look_at(struct jam_record_lanes *lanes, struct jam_record_lane *known)
{
    struct jam_lane lane;
    if (!read_at(lanes, known->offset, &lane, sizeof lane))
        return;
    bool waits = lane.state != JAM_LANE_FREE && lane.wait.operation != JAM_OP_NONE &&
                 lane.wait.sequence % 2 == 0;
    known->is_sitter = waits && known->wait.operation == lane.wait.operation &&
                       known->wait.sequence == lane.wait.sequence && known->thread == lane.thread;
    known->thread = lane.thread;
    known->wait = lane.wait;
    if (!known->is_sitter)
        return;
    lanes->sitters++;
    lanes->fingerprint = mix(mix(lanes->fingerprint, lane.thread), lane.wait.sequence);
}

void jam_record_lanes_look(struct jam_record_lanes *lanes, uint64_t threads)
{
    find_lanes(lanes);
    lanes->sitters = 0;
    lanes->fingerprint = mix(0xcbf29ce484222325u, threads);
    for (size_t i = 0; i < lanes->count; i++)
        look_at(lanes, &lanes->list[i]);
}

int jam_record_lanes_sitters(const struct jam_record_lanes *lanes, struct jam_hang *hang)
{
    for (size_t i = 0; i < lanes->count; i++) {
        const struct jam_record_lane *lane = &lanes->list[i];
        const struct jam_hang_thread thread = {
            .id = lane->thread, .state = JAM_HANG_WAITS, .wait = lane->wait};
        if (lane->is_sitter && jam_hang_add_thread(hang, &thread) != 0)
            return -1;
    }
    return 0;
}
