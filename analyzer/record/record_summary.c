/*
 * Prints the summary of a run on standard error.
 *
 * Traces are read one after the other, and of each only its costliest locks are named: a build that
 * ran thousands of processes must not need thousands of open files.
 */
#include "record/record_summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lock_kind.h"
#include "render/render_name.h"
#include "render/render_report.h"
#include "render/render_rows.h"
#include "util/human.h"

#define COSTLY       3 /* locks that are named */
#define SHOWN_TRACES 3 /* traces that the hint spells out */

struct costly {
    uint64_t wait_ns; /* 0 = free place */
    uint64_t waits;
    char name[JAM_NAME_TEXT_BYTES];
};

struct summary {
    uint64_t processes, threads, locks, acquisitions, contended, lost;
    struct costly costly[COSTLY]; /* longest wait first */
};

/* Puts a row of locks where it belongs; the last place falls off. */
static void rank(struct summary *summary, const struct jam_row *row)
{
    struct costly *costly = summary->costly;
    uint64_t wait_ns = row->value[JAM_COLUMN_WAIT];
    size_t place = COSTLY;

    while (place > 0 && costly[place - 1].wait_ns < wait_ns)
        place--;
    if (place == COSTLY)
        return;
    memmove(&costly[place + 1], &costly[place], (COSTLY - 1 - place) * sizeof(*costly));
    costly[place].wait_ns = wait_ns;
    costly[place].waits = row->value[JAM_COLUMN_CONTENDED] + row->value[JAM_COLUMN_TIMEOUTS];
    snprintf(costly[place].name, sizeof(costly[place].name), "%s", row->name);
}

static void rank_locks(struct summary *summary, struct jam_report *report)
{
    static const struct jam_report_view by_wait = {.by = JAM_BY_LOCK, .sort = JAM_COLUMN_WAIT};
    struct jam_rows rows = {0};

    if (jam_rows_make(&rows, report, JAM_SECTION_LOCKS, &by_wait) == 0) {
        size_t named = rows.count < COSTLY ? rows.count : COSTLY;
        jam_rows_name_locks(&rows, report, named);
        for (size_t i = 0; i < named; i++)
            rank(summary, &rows.rows[i]);
    }
    jam_rows_fini(&rows);
}

static void add_trace(struct summary *summary, struct jam_report *report)
{
    const struct jam_contention *contention = &report->contention;

    summary->threads += report->processes[0].facts.threads;
    summary->lost += jam_report_lost(report);
    for (size_t i = 0; i < contention->lock_count; i++) {
        const struct jam_contention_lock *lock = &contention->locks[i];
        if (jam_lock_kind_section(lock->kind) != JAM_SECTION_LOCKS)
            continue;
        summary->locks++;
        summary->acquisitions += lock->totals.acquisitions;
        summary->contended += lock->totals.contended;
    }
    rank_locks(summary, report);
}

static void add_all(struct summary *summary, const struct jam_record_traces *traces)
{
    struct jam_report report;

    for (size_t i = 0; i < traces->count; i++) {
        const struct jam_record_trace *trace = &traces->list[i];
        struct jam_error error = {0};
        summary->processes += i == 0 || trace->pid != traces->list[i - 1].pid;
        if (jam_report_open(&report, &trace->path, 1, &error))
            fprintf(stderr, "lockjam: %s\n", error.text);
        else
            add_trace(summary, &report);
        jam_report_close(&report);
    }
}

static void print_count(uint64_t count, const char *one, const char *many)
{
    char text[JAM_HUMAN_BYTES];
    fprintf(stderr, " %s %s,", jam_human_count(count, text), count == 1 ? one : many);
}

static void print_recorded(const struct summary *summary)
{
    char text[JAM_HUMAN_BYTES];

    fputs("lockjam: recorded", stderr);
    print_count(summary->processes, "process", "processes");
    print_count(summary->threads, "thread", "threads");
    print_count(summary->locks, "lock", "locks");
    print_count(summary->acquisitions, "acquisition", "acquisitions");
    fprintf(stderr, " %s contended,", jam_human_count(summary->contended, text));
    if (summary->lost)
        fprintf(stderr, " %s LOST (the report says what)\n", jam_human_count(summary->lost, text));
    else
        fputs(" nothing lost\n", stderr);
}

static void print_costly(const struct summary *summary)
{
    char wait[JAM_HUMAN_BYTES], count[JAM_HUMAN_BYTES];

    if (!summary->costly[0].wait_ns)
        fputs("lockjam: nobody waited for a lock\n", stderr);
    for (size_t i = 0; i < COSTLY && summary->costly[i].wait_ns; i++) {
        const struct costly *costly = &summary->costly[i];
        fprintf(stderr, "lockjam: %zu. %s: threads waited %s in all, %s time%s\n", i + 1,
                costly->name, jam_human_time(costly->wait_ns, wait),
                jam_human_count(costly->waits, count), costly->waits == 1 ? "" : "s");
    }
}

/* A path that can be pasted: relative if it lies below the current folder, quoted if need be. */
static void print_path(const char *path)
{
    static const char harmless[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,/:@%";
    char *here = getcwd(NULL, 0);
    size_t length = here ? strlen(here) : 0;

    if (length > 1 && strncmp(path, here, length) == 0 && path[length] == '/')
        path += length + 1;
    free(here);
    if (path[strspn(path, harmless)] == '\0') {
        fprintf(stderr, " %s", path);
        return;
    }
    fputs(" '", stderr);
    for (; *path; path++)
        fprintf(stderr, *path == '\'' ? "'\\''" : "%c", *path);
    fputc('\'', stderr);
}

static void print_next(const struct jam_record_traces *traces)
{
    fputs("lockjam: who waits for whom: lockjam report", stderr);
    for (size_t i = 0; i < traces->count && i < SHOWN_TRACES; i++)
        print_path(traces->list[i].path);
    if (traces->count > SHOWN_TRACES)
        fprintf(stderr, " (and %zu more traces)", traces->count - SHOWN_TRACES);
    fputc('\n', stderr);
}

void jam_record_summary_print(const struct jam_record_traces *traces)
{
    struct summary summary = {0};

    add_all(&summary, traces);
    print_recorded(&summary);
    print_costly(&summary);
    print_next(traces);
}
