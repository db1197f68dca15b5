/* Reads a script into a snapshot, and writes findings as one line. */
#include "hang_shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hang/hang.h"

#define THREADS 10
#define LOCKS   26
#define HELDS   8

/* As scripts may name threads and locks in any order, they are collected first. */
struct cast {
    struct jam_hang_thread threads[THREADS];
    struct jam_held helds[THREADS][HELDS];
    struct jam_lock_record locks[LOCKS];
    struct jam_hang hang;
    const char *wrong;
};

static char *next_word(char **at)
{
    return strsep(at, " ");
}

static struct jam_hang_thread *thread_of(struct cast *cast, const char *word)
{
    if (!word || word[0] != 'T' || word[1] < '1' || word[1] > '9') {
        cast->wrong = word ? word : "(end)";
        return &cast->threads[0];
    }
    uint32_t id = (uint32_t)(word[1] - '0');
    cast->threads[id].id = id;
    return &cast->threads[id];
}

static struct jam_lock_record *lock_of(struct cast *cast, const char *word)
{
    if (!word || word[0] < 'A' || word[0] > 'Z' || word[1]) {
        cast->wrong = word ? word : "(end)";
        return &cast->locks[0];
    }
    struct jam_lock_record *lock = &cast->locks[word[0] - 'A'];
    lock->id = (uint32_t)(word[0] - 'A' + 1);
    lock->generation = 1;
    if (!lock->kind)
        lock->kind = JAM_LOCK_MUTEX;
    return lock;
}

/* What may follow a statement. */
struct details {
    uint16_t mode, flags;
    bool is_timed;
    uint32_t stack, partner;
    uint64_t since;
};

static struct details read_details(struct cast *cast, char **at)
{
    struct details details = {0};
    for (char *word = next_word(at); word; word = next_word(at)) {
        if (!strcmp(word, "shared"))
            details.mode = JAM_SHARED;
        else if (!strcmp(word, "timed"))
            details.is_timed = true;
        else if (!strcmp(word, "inherited"))
            details.flags |= JAM_HELD_INHERITED;
        else if (!strcmp(word, "with"))
            details.partner = lock_of(cast, next_word(at))->id;
        else if (!strcmp(word, "at") && *at)
            details.stack = (uint32_t)atoi(next_word(at));
        else if (!strcmp(word, "since") && *at)
            details.since = (uint64_t)atoi(next_word(at));
        else
            cast->wrong = word;
    }
    return details;
}

static void read_hold(struct cast *cast, struct jam_hang_thread *thread, char **at)
{
    const struct jam_lock_record *lock = lock_of(cast, next_word(at));
    struct details details = read_details(cast, at);
    cast->helds[thread->id][thread->held_count++] = (struct jam_held){
        .acquired_ticks = details.since,
        .lock = lock->id,
        .stack = details.stack,
        .generation = 1,
        .mode = details.mode,
        .flags = details.flags,
    };
}

static void wait_for(struct jam_hang_thread *thread, const struct details *details,
                     uint16_t operation, uint32_t lock)
{
    thread->state = JAM_HANG_WAITS;
    thread->wait = (struct jam_wait_word){
        .operation = operation,
        .mode = details->mode,
        .lock = lock,
        .generation = 1,
        .stack = details->stack,
        .partner = details->partner,
        .since_ticks = details->since,
        .is_timed = details->is_timed,
    };
}

static void read_wait(struct cast *cast, struct jam_hang_thread *thread, char **at)
{
    struct jam_lock_record *lock = lock_of(cast, next_word(at));
    struct details details = read_details(cast, at);
    lock->max_waiters++;
    wait_for(thread, &details, details.partner ? JAM_OP_COND_WAIT : JAM_OP_LOCK, lock->id);
}

static void read_join(struct cast *cast, struct jam_hang_thread *thread, char **at)
{
    uint32_t target = thread_of(cast, next_word(at))->id;
    struct details details = read_details(cast, at);
    details.partner = target;
    wait_for(thread, &details, JAM_OP_JOIN, 100 + target);
}

static void read_thread(struct cast *cast, const char *name, char **at)
{
    struct jam_hang_thread *thread = thread_of(cast, name);
    const char *verb = next_word(at);
    if (!verb)
        cast->wrong = name;
    else if (!strcmp(verb, "holds"))
        read_hold(cast, thread, at);
    else if (!strcmp(verb, "waits"))
        read_wait(cast, thread, at);
    else if (!strcmp(verb, "joins"))
        read_join(cast, thread, at);
    else if (!strcmp(verb, "ended"))
        thread->state = JAM_HANG_ENDED;
    else if (strcmp(verb, "runs") != 0)
        cast->wrong = verb;
}

static const struct {
    const char *name;
    uint16_t kind, flags;
} kinds[] = {
    {"mutex", JAM_LOCK_MUTEX, 0},
    {"spin", JAM_LOCK_SPIN, 0},
    {"rwlock", JAM_LOCK_RWLOCK, 0},
    {"queue", JAM_LOCK_RWLOCK, JAM_LOCK_PREFER_WRITER},
    {"sem", JAM_LOCK_SEM, 0},
    {"locklike", JAM_LOCK_SEM, JAM_LOCK_LOCKLIKE},
    {"python", JAM_LOCK_PYTHON_LOCK, JAM_LOCK_LOCKLIKE},
    {"python-rlock", JAM_LOCK_PYTHON_RLOCK, JAM_LOCK_LOCKLIKE},
    {"cond", JAM_LOCK_COND, 0},
    {"barrier", JAM_LOCK_BARRIER, 0},
    {"once", JAM_LOCK_ONCE, 0},
    {"robust", JAM_LOCK_MUTEX, JAM_LOCK_ROBUST},
    {"futex", JAM_LOCK_CUSTOM, 0},
    {"announced", JAM_LOCK_CUSTOM, JAM_LOCK_ANNOTATED},
    {"pshared", JAM_LOCK_COND, JAM_LOCK_PSHARED},
    {"shared-mutex", JAM_LOCK_MUTEX, JAM_LOCK_PSHARED},
    {"shared-barrier", JAM_LOCK_BARRIER, JAM_LOCK_PSHARED},
    {"shared-locklike", JAM_LOCK_SEM, JAM_LOCK_PSHARED | JAM_LOCK_LOCKLIKE},
};

static void read_kind(struct cast *cast, struct jam_lock_record *lock, const char *kind)
{
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, kind) != 0)
            continue;
        lock->kind = kinds[i].kind;
        lock->flags = kinds[i].flags;
        return;
    }
    cast->wrong = kind ? kind : "is";
}

static void read_lock(struct cast *cast, const char *name, char **at)
{
    struct jam_lock_record *lock = lock_of(cast, name);
    const char *verb = next_word(at);
    if (verb && !strcmp(verb, "is")) {
        read_kind(cast, lock, next_word(at));
        return;
    }
    uint32_t thread = thread_of(cast, next_word(at))->id;
    struct details details = read_details(cast, at);
    if (verb && (!strcmp(verb, "woken") || !strcmp(verb, "broadcast"))) {
        lock->wake_flags = *verb == 'b' ? JAM_WAKE_BROADCAST : 0;
        lock->wake_thread = thread;
        lock->wake_ticks = details.since;
        return;
    }
    if (verb && !strcmp(verb, "taken")) {
        lock->unit_thread = thread;
        lock->handed_over_ticks = details.since;
        return;
    }
    lock->signal_thread = thread;
    lock->signal_stack = details.stack;
    lock->signal_ticks = details.since;
}

static void read_process(struct cast *cast, char **at)
{
    const char *what = NULL;
    for (char *word = next_word(at); word; word = next_word(at))
        what = word;
    cast->hang.strangers += what && !strcmp(what, "strangers");
    cast->hang.has_handlers |= what && !strcmp(what, "handlers");
    if (what && !strcmp(what, "lives"))
        cast->hang.recent_ticks = UINT64_MAX;
    if (what && !strcmp(what, "doubts"))
        cast->hang.event_grade = JAM_GRADE_FEASIBLE;
}

static void read_script(struct cast *cast, char *script)
{
    while (script && !cast->wrong) {
        char *statement = strsep(&script, ";");
        statement += strspn(statement, " ");
        const char *subject = next_word(&statement);
        if (!strcmp(subject, "process"))
            read_process(cast, &statement);
        else if (subject[0] == 'T')
            read_thread(cast, subject, &statement);
        else
            read_lock(cast, subject, &statement);
    }
}

/* The operation of a wait follows from what is waited for. */
static uint16_t operation_of(const struct cast *cast, const struct jam_wait_word *wait)
{
    static const uint16_t operations[JAM_LOCK_KINDS] = {
        [JAM_LOCK_COND] = JAM_OP_COND_WAIT,        [JAM_LOCK_SEM] = JAM_OP_SEM_WAIT,
        [JAM_LOCK_BARRIER] = JAM_OP_BARRIER,       [JAM_LOCK_ONCE] = JAM_OP_ONCE,
        [JAM_LOCK_CUSTOM] = JAM_OP_CUSTOM,         [JAM_LOCK_PYTHON_LOCK] = JAM_OP_SEM_WAIT,
        [JAM_LOCK_PYTHON_RLOCK] = JAM_OP_SEM_WAIT,
    };
    uint16_t found = wait->lock <= LOCKS ? operations[cast->locks[wait->lock - 1].kind] : 0;
    return found ? found : wait->operation;
}

static void make_snapshot(struct cast *cast)
{
    for (size_t i = 0; i < LOCKS; i++)
        if (cast->locks[i].id)
            jam_hang_add_lock(&cast->hang, &cast->locks[i]);
    for (size_t i = 1; i < THREADS; i++) {
        struct jam_hang_thread *thread = &cast->threads[i];
        if (!thread->id)
            continue;
        if (thread->state == JAM_HANG_WAITS)
            thread->wait.operation = operation_of(cast, &thread->wait);
        jam_hang_add_thread(&cast->hang, thread);
        for (size_t held = 0; held < thread->held_count; held++)
            jam_hang_add_held(&cast->hang, &cast->helds[i][held]);
    }
}

static void write_use(FILE *out, const char *before, const struct jam_lock_use *use)
{
    if (use->lock > 100)
        fprintf(out, "%sT%u", before, use->lock - 100);
    else if (use->lock)
        fprintf(out, "%s%c@%u", before, 'A' + (int)use->lock - 1, use->stack);
}

static void write_finding(FILE *out, const struct jam_finding *finding)
{
    fprintf(out, "%s %s:", jam_finding_kind_name(finding->kind), jam_grade_name(finding->grade));
    for (size_t i = 0; i < finding->edge_count; i++) {
        fprintf(out, "%s T%u", i ? "," : "", finding->edges[i].thread);
        write_use(out, " holds ", &finding->edges[i].holds);
        write_use(out, " wants ", &finding->edges[i].wants);
    }
    if (!finding->edge_count) {
        fprintf(out, " T%u", finding->thread);
        write_use(out, " wants ", &finding->subject);
        if (finding->other_thread) {
            fprintf(out, " (T%u", finding->other_thread);
            write_use(out, " ", &finding->other);
            fputc(')', out);
        }
    }
    if (finding->count > 1)
        fprintf(out, " x%u", (unsigned)finding->count);
}

char *jam_shim_hang(const char *script)
{
    struct cast *cast = calloc(1, sizeof *cast);
    struct jam_findings findings = {0};
    char *text = NULL;
    char *words = strdup(script);
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    read_script(cast, words);
    make_snapshot(cast);
    if (cast->wrong)
        fprintf(out, "script: %s", cast->wrong);
    else if (jam_hang_judge(&cast->hang) || jam_hang_explain(&cast->hang, &findings))
        fprintf(out, "no memory");
    for (size_t i = 0; i < findings.count; i++) {
        fputs(i ? "; " : "", out);
        write_finding(out, &findings.list[i]);
    }
    fclose(out);
    jam_findings_fini(&findings);
    jam_hang_fini(&cast->hang);
    free(words);
    free(cast);
    return text;
}
