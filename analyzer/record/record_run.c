/* Start, watch, end, traces. */
#include "record/record_run.h"
#include "record/record_silence.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cmd/cmd.h"
#include "trace/trace_hang.h"
#include "trace/trace_livelock.h"

static int prepare(void *argument)
{
    const struct jam_record_run *run = argument;
    return jam_record_setup_apply(&run->setup, run->options);
}

/* What was killed together is stamped together; the rest of the traces end as they are. */
static void stamp(struct jam_record_run *run)
{
    run->end.is_killed = run->watch.is_killed;
    jam_record_traces_stamp(&run->traces, run->target.pid, &run->end);
    for (size_t i = 0; run->watch.is_killed && i < run->traces.count; i++)
        if (!run->traces.list[i].is_of_started &&
            jam_record_watch_has(&run->watch, run->traces.list[i].pid))
            jam_record_traces_stamp(&run->traces, run->traces.list[i].pid, &run->end);
}

/* Whether the trace of a process that we ended shows a hang or livelock for certain. */
static bool shows_hang(const char *path)
{
    struct jam_trace *trace;
    struct jam_facts facts = {0};
    struct jam_findings findings = {0};
    struct jam_error error = {0};
    bool is_certain = false;
    if (jam_trace_open(&trace, path, &error) != 0)
        return false;
    if (jam_facts_init(&facts, trace, &error) == 0 &&
        jam_trace_feed_hang(trace, &facts, &findings, &error) == 0)
        jam_trace_feed_livelock(trace, &facts, &findings, &error);
    for (size_t i = 0; i < findings.count; i++)
        is_certain |= findings.list[i].grade == JAM_GRADE_CONFIRMED;
    jam_findings_fini(&findings);
    jam_facts_fini(&facts);
    jam_trace_close(trace);
    return is_certain;
}

/* At the time limit nobody asks any more who might still have ended a wait from outside. */
static void judge_killed(struct jam_record_run *run)
{
    for (size_t i = 0; run->watch.is_killed && !run->watch.is_hang && i < run->traces.count; i++)
        run->watch.is_hang = shows_hang(run->traces.list[i].path);
}

static int run_target(struct jam_record_run *run, struct jam_error *error)
{
    run->target = (struct jam_record_target){
        .arguments = run->arguments,
        .prepare = prepare,
        .prepare_argument = run,
        .tick = jam_record_watch_tick,
        .tick_argument = &run->watch,
        .tick_ns = JAM_WATCH_TICK_NS,
    };
    run->watch = (struct jam_record_watch){
        .setup = &run->setup,
        .on_deadlock = (enum jam_on_deadlock)run->options->on_deadlock,
        .ends_deadlocked = run->ends_deadlocked,
        .timeout_s = run->options->timeout_s,
        .root = &run->target.pid,
    };
    jam_record_watch_init(&run->watch);
    return jam_record_target_run(&run->target, &run->end, error);
}

int jam_record_run(struct jam_record_run *run, struct jam_error *error)
{
    run->watch.news = -1;
    int status = jam_record_setup_init(&run->setup, run->options, error);
    if (!status && run->options->is_verbose)
        fprintf(stderr, "lockjam: preload %s\nlockjam: output %s\nlockjam: run %s\n",
                run->setup.preload, run->setup.output, run->setup.run_id);
    if (!status)
        status = run_target(run, error);
    if (status)
        return status;
    if (jam_record_traces_find(&run->traces, &run->setup, run->target.pid, error) == 0)
        stamp(run);
    judge_killed(run);
    return 0;
}

void jam_record_run_fini(struct jam_record_run *run)
{
    jam_record_traces_fini(&run->traces);
    jam_record_watch_fini(&run->watch);
    jam_record_setup_fini(&run->setup);
}

void jam_record_run_tell_silence(const struct jam_record_run *run)
{
    const char *program = run->arguments[0];
    fprintf(stderr, "lockjam: no trace: %s: %s\n", program,
            run->watch.has_seen ? "it was renamed or removed while the program ran"
                                : jam_record_silence_reason(program));
}

int jam_record_run_status(const struct jam_record_run *run)
{
    int status = run->end.wait_status;
    if (run->watch.is_killed)
        return run->watch.is_hang ? JAM_EXIT_FINDINGS : JAM_EXIT_TIMEOUT;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
