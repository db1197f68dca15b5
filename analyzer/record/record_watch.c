/* Looks, judges, tells, and ends what has to be ended. Runs in the parent of the program. */
#include "record/record_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "record/record_traces.h"
#include "record/record_tree.h"
#include "render/render_hang.h"
#include "trace/trace_hang.h"
#include "util/array.h"

#define PAUSE_MAX    16 /* ticks */
#define RESCANS      3  /* ticks in which a new file may still lack its header */
#define RESCAN_EVERY 5  /* ticks, where the kernel does not tell what is new */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void jam_record_watch_init(struct jam_record_watch *watch)
{
    watch->started_ns = now_ns();
    watch->rescans = RESCANS;
    watch->news = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->news >= 0 &&
        inotify_add_watch(watch->news, watch->setup->folder, IN_CREATE | IN_MOVED_TO) < 0) {
        close(watch->news);
        watch->news = -1;
    }
}

static void forget(struct jam_record_watched *watched)
{
    jam_record_lanes_close(&watched->lanes);
    free(watched->path);
}

void jam_record_watch_fini(struct jam_record_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        forget(&watch->list[i]);
    free(watch->list);
    if (watch->news >= 0)
        close(watch->news);
}

bool jam_record_watch_has(const struct jam_record_watch *watch, pid_t pid)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->list[i].pid == pid)
            return true;
    return false;
}

/* --- which processes --- */

/* The number of threads of a process; 0 if there is none, or if it is dead already. */
static uint64_t count_threads(pid_t pid)
{
    char path[64];
    char line[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t bytes = read(fd, line, sizeof line - 1);
    close(fd);
    /* Behind the name: state is field 3, the number of threads field 20. */
    const char *at = bytes > 0 ? strrchr(line, ')') : NULL;
    if (!at || !at[1] || at[2] == 'X')
        return 0;
    for (int field = 2; at && field < 20; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static void add_watched(struct jam_record_watch *watch, const struct jam_record_trace *trace)
{
    if (jam_array_reserve(&watch->list, &watch->capacity, watch->count, sizeof *watch->list) != 0)
        return;
    struct jam_record_watched *watched = &watch->list[watch->count];
    *watched =
        (struct jam_record_watched){.path = strdup(trace->path), .pid = trace->pid, .lanes.fd = -1};
    if (!watched->path || !jam_record_lanes_open(&watched->lanes, watched->path)) {
        forget(watched);
        return;
    }
    watch->count++;
    watch->has_seen = true;
}

/* Of the programs that one process executed, the last one is running. */
static void consider(struct jam_record_watch *watch, const struct jam_record_trace *trace)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct jam_record_watched *watched = &watch->list[i];
        if (strcmp(watched->path, trace->path) == 0)
            return;
        if (watched->pid != trace->pid)
            continue;
        forget(watched);
        *watched = watch->list[--watch->count];
        break;
    }
    if (count_threads(trace->pid))
        add_watched(watch, trace);
}

static void rescan(struct jam_record_watch *watch)
{
    struct jam_record_traces traces;
    struct jam_error error = {0};
    if (jam_record_traces_find(&traces, watch->setup, *watch->root, &error) == 0)
        for (size_t i = 0; i < traces.count; i++)
            consider(watch, &traces.list[i]);
    jam_record_traces_fini(&traces);
}

/* Reads away what the kernel has to tell; true if there was anything. */
static bool has_news(const struct jam_record_watch *watch)
{
    char buffer[4096];
    bool has_any = false;
    while (read(watch->news, buffer, sizeof buffer) > 0)
        has_any = true;
    return has_any;
}

static void find_new(struct jam_record_watch *watch)
{
    if (watch->news >= 0 && has_news(watch))
        watch->rescans = RESCANS;
    else if (watch->news < 0 && watch->rescans == 0)
        watch->rescans = RESCAN_EVERY;
    bool is_due = watch->rescans > 0 && (watch->news >= 0 || watch->rescans == 1);
    watch->rescans -= watch->rescans > 0;
    if (is_due)
        rescan(watch);
}

/* --- judging --- */

/* The judged snapshot of sitters that still sit. False: it could not be taken. */
static bool judge(const struct jam_record_watched *watched, struct jam_hang *hang)
{
    struct jam_hang earlier = {0};
    struct jam_error error = {0};
    bool is_taken = jam_record_lanes_sitters(&watched->lanes, &earlier) == 0 &&
                    jam_trace_hang_look(hang, watched->path, (uint32_t)watched->pid, &error) == 0;
    if (is_taken) {
        jam_trace_hang_keep_same(hang, &earlier);
        is_taken = jam_hang_judge(hang) == 0;
    }
    jam_hang_fini(&earlier);
    return is_taken;
}

static size_t count_certain(struct jam_hang *hang)
{
    struct jam_findings findings = {0};
    size_t count = 0;
    if (hang->stuck_count && jam_hang_explain(hang, &findings) == 0)
        for (size_t i = 0; i < findings.count; i++)
            count += findings.list[i].grade == JAM_GRADE_CONFIRMED;
    jam_findings_fini(&findings);
    return count;
}

/* The whole story, on standard error. */
static void tell(const struct jam_record_watched *watched, struct jam_hang *hang, const char *why)
{
    static const struct jam_check_view view;
    struct jam_hang_report report;
    struct jam_error error = {0};
    fprintf(stderr, "lockjam: %s\n", why);
    if (jam_hang_report_make(&report, watched->path, hang, &error) == 0)
        jam_hang_report_text(&report, &view, stderr);
    else
        fprintf(stderr, "lockjam: %s\n", error.text);
    jam_hang_report_close(&report);
    fflush(stderr);
}

static void end_all(struct jam_record_watch *watch)
{
    watch->is_killed = true;
    jam_record_tree_kill(*watch->root);
}

static void act(struct jam_record_watch *watch, const struct jam_record_watched *watched)
{
    watch->is_hang = true;
    if (watch->on_deadlock == JAM_ON_DEADLOCK_ABORT)
        kill(watched->pid, SIGABRT);
    else if (watch->on_deadlock == JAM_ON_DEADLOCK_REPORT && watch->ends_deadlocked)
        end_all(watch);
}

/* The same sitters again: only now and then, for what is none of their doing. */
static bool is_due(struct jam_record_watched *watched)
{
    const struct jam_record_lanes *lanes = &watched->lanes;
    if (lanes->fingerprint != watched->judged) {
        watched->judged = lanes->fingerprint;
        watched->pause = watched->later = 1;
        return true;
    }
    if (watched->pause-- > 0)
        return false;
    watched->later = watched->later < PAUSE_MAX ? watched->later * 2 : PAUSE_MAX;
    watched->pause = watched->later;
    return true;
}

static void tend(struct jam_record_watch *watch, struct jam_record_watched *watched)
{
    struct jam_hang hang = {0};
    jam_record_lanes_look(&watched->lanes, count_threads(watched->pid));
    if (!watched->lanes.sitters || !is_due(watched))
        return;
    size_t certain = judge(watched, &hang) ? count_certain(&hang) : 0;
    if (certain > watched->told) {
        watched->told = certain;
        tell(watched, &hang, "the program hangs");
        act(watch, watched);
    }
    jam_hang_fini(&hang);
}

/* What the process waits for, now that its time is up; told already if it was certain. */
static void tell_last(struct jam_record_watch *watch, struct jam_record_watched *watched)
{
    struct jam_hang hang = {0};
    if (!watched->told && count_threads(watched->pid) && judge(watched, &hang)) {
        watch->is_hang |= count_certain(&hang) > 0;
        tell(watched, &hang, "the time is up; this is where the program stands");
    }
    jam_hang_fini(&hang);
}

void jam_record_watch_tick(void *argument)
{
    struct jam_record_watch *watch = argument;
    if (watch->is_killed)
        return;
    find_new(watch);
    for (size_t i = 0; i < watch->count && !watch->is_killed; i++)
        tend(watch, &watch->list[i]);
    bool is_over =
        watch->timeout_s && now_ns() - watch->started_ns >= watch->timeout_s * 1000000000u;
    if (!is_over || watch->is_killed)
        return;
    watch->has_timed_out = true;
    for (size_t i = 0; i < watch->count; i++)
        tell_last(watch, &watch->list[i]);
    end_all(watch);
}
