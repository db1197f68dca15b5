#include "timeline_shim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/contention/timeline_thin.h"

static const struct {
    const char *word;
    uint8_t kind;
} words[] = {
    {"acquire", JAM_EVENT_ACQUIRE}, {"release", JAM_EVENT_RELEASE}, {"wait", JAM_EVENT_WAIT_BEGIN},
    {"got", JAM_EVENT_WAIT_END},    {"wake", JAM_EVENT_WAKE},       {"hold", JAM_EVENT_HOLD},
    {"other", JAM_EVENT_CREATE},
};

static uint8_t kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].kind;
    return JAM_EVENT_NONE;
}

static void add_line(struct jam_timeline *timeline, const char *line)
{
    struct jam_timeline_event event = {0};
    char word[16];
    unsigned flags = 0;
    int count = sscanf(line, "%" SCNu64 " %u %15s %u %u %u %" SCNu64, &event.ns, &event.thread,
                       word, &event.a, &event.b, &flags, &event.since_ns);
    event.kind = kind_of(word);
    event.flags = (uint8_t)flags;
    event.has_since = count == 7;
    jam_timeline_add(timeline, &event);
}

static size_t tell(const struct jam_timeline *timeline, const struct jam_slice *slice, char *text,
                   size_t size)
{
    static const char *const kinds[] = {"wait", "hold", "wake"};
    int used = snprintf(text, size, "%u %s %u %" PRIu64 "-%" PRIu64 " stack=%u flags=%u by=%u",
                        slice->thread, kinds[slice->kind], slice->lock, slice->begin_ns,
                        slice->end_ns, slice->stack, slice->flags, slice->other);
    if (slice->blocker != JAM_SLICE_NONE)
        used += snprintf(text + used, size - (size_t)used, " -> %" PRIu64 "-%" PRIu64,
                         timeline->slices[slice->blocker].begin_ns,
                         timeline->slices[slice->blocker].end_ns);
    used += snprintf(text + used, size - (size_t)used, "\n");
    return (size_t)used;
}

static void add_script(struct jam_timeline *timeline, const char *script)
{
    for (const char *line = script; *line; line += strcspn(line, "\n"), line += *line == '\n')
        add_line(timeline, line);
}

char *jam_shim_timeline_thin(const char *script, size_t limit, unsigned long long duration_ns,
                             char *text, size_t size)
{
    struct jam_timeline timeline = {0};
    struct jam_timeline_thin thin;
    add_script(&timeline, script);
    jam_timeline_finish(&timeline, duration_ns);
    jam_timeline_thin_init(&thin, &timeline, limit, duration_ns);
    size_t used = (size_t)snprintf(text, size, "kept %zu of %zu\n", thin.kept_count,
                                   thin.kept_count + thin.left_out_count);
    for (size_t i = 0; i < thin.density_count && used < size; i++)
        used += (size_t)snprintf(
            text + used, size - used, "%u %" PRIu64 " wait=%" PRIu64 " hold=%" PRIu64 "\n",
            thin.densities[i].thread, thin.densities[i].bucket * thin.bucket_ns,
            thin.densities[i].wait_ns, thin.densities[i].hold_ns);
    jam_timeline_thin_fini(&thin);
    jam_timeline_fini(&timeline);
    return text;
}

char *jam_shim_timeline(const char *script, int has_all_events, unsigned long long end_ns,
                        char *text, size_t size)
{
    struct jam_timeline timeline = {.has_all_events = has_all_events != 0};
    size_t used = 0;
    *text = '\0';
    add_script(&timeline, script);
    jam_timeline_finish(&timeline, end_ns);
    for (size_t i = 0; i < timeline.count && used + 200 < size; i++)
        used += tell(&timeline, &timeline.slices[i], text + used, size - used);
    jam_timeline_fini(&timeline);
    return text;
}
