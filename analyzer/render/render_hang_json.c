/* The snapshot as lockjam.hang/1. */
#include "core/lock_kind.h"
#include "render/check/render_check_name.h"
#include "render/render_hang_names.h"
#include "render/render_json_parts.h"

#define FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII)

static json_t *stack_json(struct jam_hang_report *report, uint32_t stack)
{
    return jam_json_stack(report->check.report.processes[0].frames, stack);
}

static json_t *tie_json(struct jam_hang_report *report, const struct jam_hang_tie *tie)
{
    static const char *const kinds[] = {
        [JAM_TIE_HOLDS] = "holds",
        [JAM_TIE_REACQUIRE] = "holds-mutex",
        [JAM_TIE_QUEUED] = "queued-writer",
        [JAM_TIE_LIVES] = "lives",
    };
    const struct jam_hang_thread *thread = &report->hang.threads[tie->to];
    bool has_held = tie->kind == JAM_TIE_HOLDS || tie->kind == JAM_TIE_REACQUIRE;
    const struct jam_held *held = has_held ? &report->hang.helds[tie->held] : NULL;
    json_t *object = json_object();
    jam_json_set_number(object, "tid", thread->tid);
    jam_json_set_text(object, "name", jam_hang_thread_name(report, tie->to));
    jam_json_set_text(object, "how", kinds[tie->kind]);
    json_object_set_new_nocheck(object, "has_ended", json_boolean(thread->state == JAM_HANG_ENDED));
    json_object_set_new_nocheck(object, "stack", stack_json(report, held ? held->stack : 0));
    jam_json_set_number(object, "for_ns", held ? jam_hang_for_ns(report, held->acquired_ticks) : 0);
    return object;
}

static json_t *lock_json(struct jam_hang_report *report, const struct jam_wait_word *wait)
{
    const struct jam_lock_use use = {.lock = wait->lock, .generation = wait->generation};
    const struct jam_lock_record *lock = jam_hang_lock(&report->hang, wait->lock);
    json_t *object = json_object();
    jam_json_set_number(object, "id", wait->lock);
    jam_json_set_text(object, "name", jam_hang_object_name(report, &use));
    jam_json_set_text(object, "kind", jam_lock_kind_name(jam_hang_object_kind(report, &use)));
    jam_json_set_number(object, "address", wait->address);
    jam_json_set_number(object, "generation", wait->generation);
    json_object_set_new_nocheck(
        object, "created",
        lock && lock->created_stack ? stack_json(report, lock->created_stack) : json_null());
    return object;
}

static json_t *waiting_json(struct jam_hang_report *report, uint32_t index)
{
    const struct jam_hang_thread *thread = &report->hang.threads[index];
    json_t *object = json_object();
    json_t *waits_on = json_array();
    for (size_t i = 0; i < thread->tie_count; i++)
        json_array_append_new(waits_on,
                              tie_json(report, &report->hang.ties[thread->first_tie + i]));
    jam_json_set_number(object, "tid", thread->tid);
    jam_json_set_text(object, "name", jam_hang_thread_name(report, index));
    json_object_set_new_nocheck(object, "is_daemon",
                                json_boolean(jam_hang_is_daemon(report, thread->id)));
    json_object_set_new_nocheck(object, "lock", lock_json(report, &thread->wait));
    jam_json_set_text(object, "mode", thread->wait.mode == JAM_SHARED ? "shared" : "exclusive");
    jam_json_set_number(object, "for_ns", jam_hang_for_ns(report, thread->wait.since_ticks));
    json_object_set_new_nocheck(object, "stack", stack_json(report, thread->wait.stack));
    json_object_set_new_nocheck(object, "is_timed", json_boolean(thread->wait.is_timed));
    json_object_set_new_nocheck(object, "is_stuck", json_boolean(thread->is_stuck));
    json_object_set_new_nocheck(object, "waits_on", waits_on);
    return object;
}

static void print_value(json_t *value, const char *before, FILE *out)
{
    fputs(before, out);
    json_dumpf(value, out, FLAGS | JSON_ENCODE_ANY);
    json_decref(value);
}

void jam_hang_report_json(struct jam_hang_report *report, FILE *out)
{
    const char *separator = "\n";
    fputs("{\"schema\":\"lockjam.hang/1\",\n\"process\":", out);
    print_value(jam_json_process(&report->check.report.processes[0].facts), "", out);
    fprintf(out, ",\n\"is_hang\":%s,\n\"findings\":[",
            jam_hang_report_is_hang(report) ? "true" : "false");
    jam_check_json_items(&report->check, 0, report->check.shown_count, out);
    fputs("],\n\"waiting\":[", out);
    for (size_t i = 0; i < report->hang.thread_count; i++) {
        if (report->hang.threads[i].state != JAM_HANG_WAITS)
            continue;
        print_value(waiting_json(report, (uint32_t)i), separator, out);
        separator = ",\n";
    }
    fputs("]}\n", out);
}
