/* Makes snapshots of threads, held lists and the locks that matter. */
#include "trace/trace_hang.h"

#include <stdlib.h>
#include <time.h>

#include "trace/trace_lock.h"
#include "trace/trace_python_lock.h"
#include "trace/trace_record.h"

/* A trace and what is known beside it. */
struct source {
    struct jam_trace *trace;
    const struct jam_tasks *tasks;
    struct jam_map lanes; /* thread id -> index of lane */
    const struct jam_lane **lane;
    size_t lane_count;
};

/* --- locks --- */

static bool has_python(const struct jam_trace *trace)
{
    for (size_t i = 0; i < trace->extent_count; i++)
        if (trace->extents[i].head.kind == JAM_EXTENT_PYTHON)
            return true;
    return false;
}

/*
 * What Python waits with. Only of a Lock it means anything who took it: in a condition wait a thread
 * makes a semaphore, takes it, and waits for another one to post it. What was never released by
 * another thread than its taker is used as a lock.
 */
static void judge_python_lock(struct jam_trace *trace, struct jam_lock_record *lock)
{
    struct jam_python_names *names = jam_python_names_new(trace);
    struct jam_python_locks *locks = names ? jam_python_locks_new(trace, names) : NULL;
    const struct jam_python_lock *known =
        locks ? jam_python_locks_find(locks, lock->created_stack) : NULL;
    if (!known || !known->is_lock)
        lock->unit_thread = 0;
    if (known && known->is_owned && lock->flags & JAM_LOCK_LOCKLIKE && !lock->signalled_generation)
        lock->kind = known->kind;
    jam_python_locks_free(locks);
    jam_python_names_free(names);
}

static int add_lock(struct jam_hang *hang, struct jam_trace *trace, uint32_t id)
{
    struct jam_lock_record lock;
    if (!id || jam_hang_lock(hang, id) || !jam_trace_read_lock(trace, id, &lock))
        return 0;
    if (lock.kind == JAM_LOCK_SEM && has_python(trace))
        judge_python_lock(trace, &lock);
    return jam_hang_add_lock(hang, &lock);
}

/* Of what nobody waits for, nothing has to be known. */
static int add_locks(struct jam_hang *hang, struct jam_trace *trace)
{
    int status = 0;
    for (size_t i = 0; !status && i < hang->thread_count; i++) {
        const struct jam_hang_thread *thread = &hang->threads[i];
        if (thread->state != JAM_HANG_WAITS)
            continue;
        status = add_lock(hang, trace, thread->wait.lock);
        if (!status && thread->wait.operation == JAM_OP_COND_WAIT)
            status = add_lock(hang, trace, thread->wait.partner);
    }
    return status;
}

/* --- threads --- */

static int find_lanes(struct source *source)
{
    struct jam_cursor cursor;
    const struct jam_lane *lane;
    size_t room = source->trace->extent_count;
    source->lane = calloc(room + 1, sizeof *source->lane);
    if (!source->lane)
        return -1;
    jam_cursor_start(&cursor, source->trace, JAM_EXTENT_LANE);
    while ((lane = jam_cursor_next(&cursor))) {
        if (lane->state == JAM_LANE_FREE)
            continue;
        if (jam_map_insert(&source->lanes, lane->thread, 0, (uint32_t)source->lane_count) ==
            JAM_MAP_NONE)
            return -1;
        source->lane[source->lane_count++] = lane;
    }
    return 0;
}

static const struct jam_lane *lane_of(const struct source *source, uint32_t thread)
{
    uint32_t at = jam_map_find(&source->lanes, thread, 0);
    return at == JAM_MAP_NONE ? NULL : source->lane[at];
}

static bool has_wait(const struct jam_lane *lane)
{
    return lane && lane->wait.operation != JAM_OP_NONE && lane->wait.sequence % 2 == 0;
}

/* Who waits for a spin lock, or for an announced one of the program's own, may do so awake. */
static bool may_spin(const struct source *source, const struct jam_lane *lane)
{
    struct jam_lock_record lock;
    return jam_trace_read_lock(source->trace, lane->wait.lock, &lock) &&
           (lock.kind == JAM_LOCK_SPIN || lock.flags & JAM_LOCK_ANNOTATED);
}

static enum jam_hang_state state_now(const struct source *source, uint32_t tid,
                                     const struct jam_lane *lane)
{
    const struct jam_task *task = jam_tasks_find(source->tasks, tid);
    if (tid && (!task || task->is_dead))
        return JAM_HANG_ENDED;
    bool waits = has_wait(lane) && task && (task->is_asleep || may_spin(source, lane));
    return waits ? JAM_HANG_WAITS : JAM_HANG_RUNS;
}

static enum jam_hang_state state_of(const struct source *source,
                                    const struct jam_thread_record *thread,
                                    const struct jam_lane *lane)
{
    /* Without a lane nothing but the flag tells: its tid may be another thread's by now. */
    bool is_over = thread->flags & JAM_THREAD_ENDED && !lane;
    if (is_over || thread->flags & JAM_THREAD_ABSENT || (lane && lane->state == JAM_LANE_ENDED))
        return JAM_HANG_ENDED;
    if (source->tasks)
        return state_now(source, thread->tid, lane);
    if (has_wait(lane))
        return JAM_HANG_WAITS;
    return thread->flags & JAM_THREAD_ENDED ? JAM_HANG_ENDED : JAM_HANG_RUNS;
}

static int add_held(struct jam_hang *hang, struct jam_trace *trace, const struct jam_lane *lane)
{
    const struct jam_held *held;
    size_t count = lane ? jam_trace_held(trace, lane, &held) : 0;
    for (size_t i = 0; i < count; i++)
        if (jam_hang_add_held(hang, &held[i]) != 0)
            return -1;
    return 0;
}

static int add_thread(struct jam_hang *hang, const struct source *source,
                      const struct jam_thread_record *record)
{
    const struct jam_lane *lane = lane_of(source, record->id);
    struct jam_hang_thread thread = {
        .id = record->id,
        .tid = record->tid,
        .state = state_of(source, record, lane),
        .create_stack = record->create_stack,
        .end_ticks = record->end_ticks,
    };
    if (thread.state == JAM_HANG_WAITS)
        thread.wait = lane->wait;
    int status = jam_hang_add_thread(hang, &thread);
    return status ? status : add_held(hang, source->trace, lane);
}

static int add_threads(struct jam_hang *hang, const struct source *source)
{
    struct jam_cursor cursor;
    const struct jam_thread_record *record;
    int status = 0;
    jam_cursor_start(&cursor, source->trace, JAM_EXTENT_THREADS);
    while (!status && hang->thread_count < JAM_HANG_THREADS_MAX &&
           (record = jam_cursor_next(&cursor)))
        if (record->id)
            status = add_thread(hang, source, record);
    return status;
}

/* Kernel threads that are none of ours. */
static size_t count_strangers(const struct jam_hang *hang, const struct jam_tasks *tasks)
{
    size_t known = 0;
    size_t alive = 0;
    for (size_t i = 0; i < hang->thread_count; i++) {
        const struct jam_task *task = jam_tasks_find(tasks, hang->threads[i].tid);
        known += task && !task->is_dead && hang->threads[i].state != JAM_HANG_ENDED;
    }
    for (size_t i = 0; i < tasks->count; i++)
        alive += !tasks->list[i].is_dead;
    return alive > known ? alive - known : 0;
}

int jam_trace_hang_load(struct jam_hang *hang, struct jam_trace *trace,
                        const struct jam_tasks *tasks, struct jam_error *error)
{
    struct source source = {.trace = trace, .tasks = tasks};
    *hang = (struct jam_hang){0};
    int status = find_lanes(&source);
    if (!status)
        status = add_threads(hang, &source);
    if (!status)
        status = add_locks(hang, trace);
    if (tasks) {
        hang->recent_ticks = UINT64_MAX; /* it has slept on between two looks */
        hang->strangers = count_strangers(hang, tasks);
        /* Python's own handler of SIGINT makes a note and posts nothing. */
        hang->has_handlers =
            tasks->has_handlers || (tasks->catches_interrupt && !has_python(trace));
    }
    jam_map_fini(&source.lanes);
    free(source.lane);
    return status ? jam_error_memory(error) : 0;
}

/* --- twice --- */

static bool is_same_wait(const struct jam_hang_thread *now, const struct jam_hang_thread *earlier)
{
    return earlier->state == JAM_HANG_WAITS && earlier->wait.sequence == now->wait.sequence &&
           earlier->wait.address == now->wait.address;
}

void jam_trace_hang_keep_same(struct jam_hang *hang, const struct jam_hang *earlier)
{
    for (size_t i = 0; i < hang->thread_count; i++) {
        struct jam_hang_thread *thread = &hang->threads[i];
        uint32_t at = jam_map_find(&earlier->thread_map, thread->id, 0);
        bool is_same = at < earlier->thread_count && is_same_wait(thread, &earlier->threads[at]);
        if (thread->state == JAM_HANG_WAITS && !is_same)
            thread->state = JAM_HANG_RUNS;
    }
}

/* Wait words first (loading keeps them), then the kernel's word that they still hold. */
int jam_trace_hang_look(struct jam_hang *hang, const char *path, uint32_t pid,
                        struct jam_error *error)
{
    struct jam_trace *trace;
    struct jam_tasks tasks;
    struct jam_cursor cursor;
    *hang = (struct jam_hang){0};
    if (jam_trace_open(&trace, path, error) != 0)
        return error->code;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LANE);
    while (jam_cursor_next(&cursor))
        ;
    bool is_alive = jam_tasks_init(&tasks, pid) == 0;
    int status = is_alive ? jam_trace_hang_load(hang, trace, &tasks, error) : 0;
    jam_tasks_fini(&tasks);
    jam_trace_close(trace);
    return status;
}

static int judge_live(struct jam_hang *hang, const char *path, uint32_t pid,
                      struct jam_error *error)
{
    const struct timespec pause = {.tv_nsec = JAM_HANG_PAUSE_NS};
    struct jam_hang earlier;
    int status = jam_trace_hang_look(&earlier, path, pid, error);
    if (!status) {
        nanosleep(&pause, NULL);
        status = jam_trace_hang_look(hang, path, pid, error);
    }
    if (!status)
        jam_trace_hang_keep_same(hang, &earlier);
    jam_hang_fini(&earlier);
    return status;
}

static uint64_t shortly_before_the_end(const struct jam_facts *facts)
{
    return facts->duration_ns < JAM_HANG_PAUSE_NS
               ? 0
               : jam_timebase_ticks_at(&facts->base, facts->duration_ns - JAM_HANG_PAUSE_NS);
}

int jam_trace_hang_judge(struct jam_hang *hang, struct jam_trace *trace,
                         const struct jam_facts *facts, struct jam_error *error)
{
    *hang = (struct jam_hang){0};
    int status = facts->is_running ? judge_live(hang, trace->path, facts->pid, error)
                                   : jam_trace_hang_load(hang, trace, NULL, error);
    if (status)
        return status;
    if (!facts->is_running)
        hang->recent_ticks = shortly_before_the_end(facts);
    /* Whoever ended it might have done so before somebody else caused the event. */
    bool is_sure = facts->is_running || facts->end_kind == JAM_END_KILLED;
    hang->event_grade = is_sure ? JAM_GRADE_CONFIRMED : JAM_GRADE_FEASIBLE;
    return jam_hang_judge(hang) ? jam_error_memory(error) : 0;
}

int jam_trace_feed_hang(struct jam_trace *trace, const struct jam_facts *facts,
                        struct jam_findings *findings, struct jam_error *error)
{
    struct jam_hang hang;
    if (facts->end_kind == JAM_END_EXIT)
        return 0;
    int status = jam_trace_hang_judge(&hang, trace, facts, error);
    if (!status && jam_hang_explain(&hang, findings) != 0)
        status = jam_error_memory(error);
    jam_hang_fini(&hang);
    return status;
}
