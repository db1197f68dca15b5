/* Opens a trace, checks header and extents, reads payloads. Every number in the file is suspect. */
#include "trace/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/trace_kind.h"
#include "trace/trace_turns.h"
#include "util/array.h"
#include "util/search.h"

#define RESYNC_BUFFER_BYTES (64 * 1024)
#define STAT_BLOCK_BYTES    512          /* unit of st_blocks */
#define LARGE_BYTES         (1ull << 30) /* a table above this must really be on the disk */

_Static_assert(sizeof(off_t) == 8, "offsets reach behind 2 GiB");

static int input_error(struct jam_error *error, const char *path, uint64_t offset,
                       const char *reason)
{
    return jam_error_set(error, JAM_ERROR_INPUT, "%s: offset %" PRIu64 ": %s", path, offset,
                         reason);
}

/* Reads as much as there is; the result is below `bytes` only at the end of the file. */
static size_t read_some(int descriptor, uint64_t offset, void *buffer, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && offset + done <= INT64_MAX) {
        ssize_t got =
            pread(descriptor, (char *)buffer + done, bytes - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

bool jam_trace_read(const struct jam_trace *trace, uint64_t offset, void *buffer, size_t bytes)
{
    return read_some(trace->descriptor, offset, buffer, bytes) == bytes;
}

void jam_trace_note_damage(struct jam_trace *trace, uint64_t offset, const char *reason)
{
    if (!trace->damage.count++) {
        trace->damage.first_offset = offset;
        trace->damage.reason = reason;
    }
}

static int check_version(const struct jam_trace *trace, struct jam_error *error)
{
    const struct jam_header *header = &trace->header;
    if (header->version && header->version < JAM_FORMAT_OLDEST)
        return jam_error_set(error, JAM_ERROR_INPUT,
                             "%s: offset %zu: older trace format: version %u, and this lockjam "
                             "reads version %u and later",
                             trace->path, offsetof(struct jam_header, version), header->version,
                             JAM_FORMAT_OLDEST);
    if (header->oldest_reader <= JAM_FORMAT_VERSION)
        return 0;
    return jam_error_set(error, JAM_ERROR_INPUT,
                         "%s: offset %zu: newer trace format: version %u, it needs a lockjam that "
                         "reads version %u and this one reads %u",
                         trace->path, offsetof(struct jam_header, oldest_reader), header->version,
                         header->oldest_reader, JAM_FORMAT_VERSION);
}

/* Fields that must make sense before anything else can. */
static int check_fields(const struct jam_trace *trace, struct jam_error *error)
{
    const struct jam_header *header = &trace->header;
    const struct {
        bool is_bad;
        size_t offset;
        const char *reason;
    } rules[] = {
        {!header->version || header->oldest_reader > header->version || !header->oldest_reader,
         offsetof(struct jam_header, version), "damaged header: impossible format version"},
        {header->header_bytes != JAM_HEADER_BYTES, offsetof(struct jam_header, header_bytes),
         "damaged header: wrong header size"},
        {header->clock != JAM_CLOCK_TSC && header->clock != JAM_CLOCK_MONOTONIC,
         offsetof(struct jam_header, clock), "damaged header: unknown clock"},
        {header->used_bytes < JAM_HEADER_BYTES || header->used_bytes % JAM_EXTENT_ALIGN,
         offsetof(struct jam_header, used_bytes), "damaged header: impossible end of the extents"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].is_bad)
            return input_error(error, trace->path, rules[i].offset, rules[i].reason);
    return 0;
}

static int read_header(struct jam_trace *trace, struct jam_error *error)
{
    struct jam_header *header = &trace->header;
    size_t got = read_some(trace->descriptor, 0, header, sizeof *header);
    if (!got)
        return input_error(error, trace->path, 0, "not a lockjam trace: the file is empty");
    if (got < sizeof header->magic || memcmp(header->magic, JAM_MAGIC, sizeof header->magic) != 0)
        return input_error(error, trace->path, 0, "not a lockjam trace");
    if (got < sizeof *header || trace->file_bytes < JAM_HEADER_BYTES)
        return input_error(error, trace->path, trace->file_bytes,
                           "truncated trace: the file ends within the header");
    int status = check_version(trace, error);
    return status ? status : check_fields(trace, error);
}

/* NULL if the head at `offset` makes sense, else what is wrong with it. */
static const char *judge_head(const struct jam_extent *head, uint64_t offset, uint64_t end)
{
    if (head->magic != JAM_EXTENT_MAGIC)
        return "no extent where one should begin";
    if (head->bytes < JAM_EXTENT_ALIGN || head->bytes % JAM_EXTENT_ALIGN)
        return "impossible extent size";
    if (head->bytes > end - offset)
        return "extent reaches behind the end of the trace";
    if (head->used_bytes > head->bytes - sizeof *head)
        return "extent claims more records than fit";
    if (!jam_trace_kind_fits(head))
        return "impossible record size";
    return NULL;
}

static int append_extent(struct jam_trace *trace, const struct jam_extent *head, uint64_t offset)
{
    if (jam_array_reserve(&trace->extents, &trace->extent_capacity, trace->extent_count,
                          sizeof *trace->extents) != 0)
        return -1;
    uint64_t payload_bytes = head->bytes - sizeof *head;
    trace->extents[trace->extent_count++] = (struct jam_trace_extent){
        .offset = offset,
        .payload_bytes = payload_bytes,
        .used_bytes = jam_trace_kind_is_whole(head->kind) ? payload_bytes : head->used_bytes,
        .head = *head,
    };
    return 0;
}

/* The next step of 4096 bytes that is no hole: a sparse file can be longer than we can read. */
static uint64_t skip_hole(const struct jam_trace *trace, uint64_t offset)
{
    off_t data = lseek(trace->descriptor, (off_t)offset, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? trace->end : offset;
    return (uint64_t)data / JAM_EXTENT_ALIGN * JAM_EXTENT_ALIGN;
}

/* The next place behind `offset` where an extent's magic stands, or the end. */
static uint64_t resynchronise(const struct jam_trace *trace, uint64_t offset)
{
    unsigned char buffer[RESYNC_BUFFER_BYTES];
    const uint32_t magic = JAM_EXTENT_MAGIC;
    for (offset += JAM_EXTENT_ALIGN; offset < trace->end; offset += sizeof buffer) {
        offset = skip_hole(trace, offset);
        size_t got = read_some(trace->descriptor, offset, buffer, sizeof buffer);
        for (size_t i = 0; i + sizeof magic <= got; i += JAM_EXTENT_ALIGN)
            if (memcmp(buffer + i, &magic, sizeof magic) == 0)
                return offset + i < trace->end ? offset + i : trace->end;
        if (got < sizeof buffer)
            break;
    }
    return trace->end;
}

/* Lists the extents; skips what makes no sense. */
static int walk_extents(struct jam_trace *trace, struct jam_error *error)
{
    uint64_t offset = JAM_HEADER_BYTES;
    while (offset < trace->end) {
        struct jam_extent head;
        const char *reason = jam_trace_read(trace, offset, &head, sizeof head)
                                 ? judge_head(&head, offset, trace->end)
                                 : "cannot be read";
        if (!reason) {
            if (append_extent(trace, &head, offset) != 0)
                return jam_error_memory(error);
            offset += head.bytes;
            continue;
        }
        jam_trace_note_damage(trace, offset, reason);
        uint64_t next = resynchronise(trace, offset);
        trace->damage.bytes += next - offset;
        offset = next;
    }
    return 0;
}

/* A trace with damage and without a single readable table is of no use. */
static int check_usable(const struct jam_trace *trace, struct jam_error *error)
{
    for (size_t i = 0; i < trace->extent_count; i++)
        if (trace->extents[i].head.kind != JAM_EXTENT_FREE)
            return 0;
    if (trace->missing)
        return input_error(error, trace->path, trace->file_bytes,
                           "truncated trace: nothing is left behind the header");
    if (trace->damage.count)
        return jam_error_set(error, JAM_ERROR_INPUT, "%s: offset %" PRIu64 ": damaged trace: %s",
                             trace->path, trace->damage.first_offset, trace->damage.reason);
    return 0;
}

static int open_file(struct jam_trace *trace, struct jam_error *error)
{
    /* O_NONBLOCK: opening a pipe must not wait for a writer. */
    trace->descriptor = open(trace->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat facts;
    if (trace->descriptor < 0 || fstat(trace->descriptor, &facts) != 0)
        return jam_error_set(error, JAM_ERROR_INPUT, "%s: cannot be opened: %s", trace->path,
                             strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return jam_error_set(error, JAM_ERROR_INPUT, "%s: not a lockjam trace: not a regular file",
                             trace->path);
    trace->file_bytes = (uint64_t)facts.st_size;
    trace->stored_bytes = (uint64_t)facts.st_blocks * STAT_BLOCK_BYTES;
    return 0;
}

static int read_trace(struct jam_trace *trace, struct jam_error *error)
{
    int status = open_file(trace, error);
    if (!status)
        status = read_header(trace, error);
    if (status)
        return status;
    uint64_t promised = trace->header.used_bytes;
    trace->missing = promised > trace->file_bytes ? promised - trace->file_bytes : 0;
    trace->end = promised - trace->missing;
    status = walk_extents(trace, error);
    return status ? status : check_usable(trace, error);
}

int jam_trace_open(struct jam_trace **result, const char *path, struct jam_error *error)
{
    *result = NULL;
    struct jam_trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return jam_error_memory(error);
    trace->descriptor = -1;
    trace->path = strdup(path);
    int status = trace->path ? read_trace(trace, error) : jam_error_memory(error);
    if (status)
        jam_trace_close(trace);
    else
        *result = trace;
    return status;
}

void jam_trace_close(struct jam_trace *trace)
{
    if (!trace)
        return;
    for (size_t i = 0; i < trace->extent_count; i++) {
        free(trace->extents[i].payload);
        free(trace->extents[i].record_starts);
    }
    free(trace->extents);
    free(trace->threads);
    jam_map_fini(&trace->thread_map);
    free(trace->path);
    if (trace->descriptor >= 0)
        close(trace->descriptor);
    free(trace);
}

static bool read_used(const struct jam_trace *trace, const struct jam_trace_extent *extent,
                      unsigned char *buffer)
{
    return jam_trace_read(trace, extent->offset + sizeof(struct jam_extent), buffer,
                          extent->used_bytes);
}

/* With a snapshot before and one after: see trace_turns.h. */
static bool read_thrice(const struct jam_trace *trace, struct jam_trace_extent *extent,
                        unsigned char *other)
{
    if (!read_used(trace, extent, other) || !read_used(trace, extent, extent->payload))
        return false;
    jam_trace_turns_compare(extent, other);
    if (!read_used(trace, extent, other))
        return false;
    jam_trace_turns_compare(extent, other);
    return true;
}

/* NULL, or why the payload cannot be read. */
static const char *read_payload(const struct jam_trace *trace, struct jam_trace_extent *extent)
{
    if (extent->used_bytes > LARGE_BYTES && extent->used_bytes > trace->stored_bytes)
        return "claims more than the file stores";
    bool is_turning = jam_trace_turns_matter(extent->head.kind);
    size_t bytes = extent->used_bytes ? extent->used_bytes : 1;
    unsigned char *other = is_turning ? malloc(bytes) : NULL;
    extent->payload = is_turning && !other ? NULL : malloc(bytes);
    if (!extent->payload) {
        free(other);
        return "too large for the memory";
    }
    bool is_read =
        is_turning ? read_thrice(trace, extent, other) : read_used(trace, extent, extent->payload);
    free(other);
    if (is_read)
        return NULL;
    free(extent->payload);
    extent->payload = NULL;
    return "the file has become shorter";
}

const unsigned char *jam_trace_load(struct jam_trace *trace, struct jam_trace_extent *extent)
{
    if (extent->payload || extent->is_unreadable)
        return extent->payload;
    const char *reason = read_payload(trace, extent);
    if (reason) {
        jam_trace_note_damage(trace, extent->offset, reason);
        extent->is_unreadable = true;
    }
    return extent->payload;
}

static uint64_t extent_key(const void *extents, size_t index)
{
    return ((const struct jam_trace_extent *)extents)[index].offset;
}

struct jam_trace_extent *jam_trace_find_extent(const struct jam_trace *trace, uint64_t offset,
                                               uint64_t bytes)
{
    size_t low = jam_search_behind(trace->extents, 0, trace->extent_count, offset, extent_key);
    if (!low)
        return NULL;
    struct jam_trace_extent *extent = &trace->extents[low - 1];
    uint64_t start = extent->offset + sizeof(struct jam_extent);
    if (offset < start || offset - start > extent->used_bytes)
        return NULL;
    return bytes <= extent->used_bytes - (offset - start) ? extent : NULL;
}
