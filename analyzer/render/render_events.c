/* Events as lines of text, all lanes merged by time. */
#include <inttypes.h>
#include <string.h>

#include "render/render_dump.h"
#include "render/render_fields.h"
#include "trace/trace_event.h"
#include "util/progress.h"

/* What the two operands of each kind mean. */
static const struct {
    const char *name;
    const char *a;
    const char *b;
} kinds[JAM_EVENT_KINDS] = {
    [JAM_EVENT_NONE] = {"none", "a", "b"},
    [JAM_EVENT_ACQUIRE] = {"acquire", "lock", "stack"},
    [JAM_EVENT_RELEASE] = {"release", "lock", "stack"},
    [JAM_EVENT_WAIT_BEGIN] = {"wait-begin", "lock", "stack"},
    [JAM_EVENT_WAIT_END] = {"wait-end", "lock", "by_thread"},
    [JAM_EVENT_WAKE] = {"wake", "lock", "stack"},
    [JAM_EVENT_HOLD] = {"hold", "lock", "stack"},
    [JAM_EVENT_HOLD_SINCE] = {"hold-since", "a", "b"},
    [JAM_EVENT_THREAD_START] = {"thread-start", "started", "parent"},
    [JAM_EVENT_THREAD_END] = {"thread-end", "ended", "b"},
    [JAM_EVENT_CREATE] = {"create", "created", "stack"},
    [JAM_EVENT_JOIN] = {"join", "joined", "stack"},
    [JAM_EVENT_LOCK_BORN] = {"lock-born", "lock", "generation"},
    [JAM_EVENT_LOCK_DEAD] = {"lock-dead", "lock", "generation"},
    [JAM_EVENT_FORK] = {"fork", "pid", "stack"},
    [JAM_EVENT_TRY_FAILED] = {"try-failed", "lock", "stack"},
    [JAM_EVENT_PHASE] = {"phase", "name", "stack"},
};

static void print_event(const struct jam_dump *dump, const struct jam_event_view *event)
{
    const struct jam_timebase *base = &dump->facts->base;
    unsigned kind = event->kind < JAM_EVENT_KINDS ? event->kind : JAM_EVENT_NONE;
    fprintf(dump->out, "event ns=%" PRIu64 " lane=%u thread=%u kind=%s %s=%u %s=%u flags=%u",
            jam_timebase_since_start_ns(base, event->ticks), event->lane, event->thread,
            kinds[kind].name, kinds[kind].a, event->a, kinds[kind].b, event->b, event->flags);
    if (kind == JAM_EVENT_PHASE && dump->frames) {
        const char *name = jam_frames_given_name(dump->frames, event->a);
        jam_field_print_text(dump->out, "text", name ? name : "", name ? strlen(name) : 0);
    }
    if (event->since_ticks)
        fprintf(dump->out, " since_ns=%" PRIu64,
                jam_timebase_since_start_ns(base, event->since_ticks));
    fputc('\n', dump->out);
}

int jam_dump_events(const struct jam_dump *dump, struct jam_error *error)
{
    struct jam_event_chunks chunks;
    struct jam_event_view event;
    int status = jam_event_chunks_init(&chunks, dump->trace, error);
    struct jam_event_merge *merge = status ? NULL : jam_event_merge_new(&chunks);
    if (!status && !merge)
        status = jam_error_memory(error);
    struct jam_progress progress = jam_progress_start("events", chunks.events);
    while (merge && jam_event_merge_next(merge, &event)) {
        print_event(dump, &event);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    jam_event_merge_free(merge);
    jam_event_chunks_fini(&chunks);
    return status;
}
