/* The sentences: templates with {names} that are filled in from the finding. */
#include "render/check/render_check_words.h"

#include <stdio.h>
#include <string.h>

#include "core/contention/shape.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_python.h"
#include "render/check/render_check_wish.h"
#include "util/text.h"

#define NAMES_SHOWN 4 /* of a long cycle in a sentence; the edges list all */

struct words {
    const char *message;
    const char *advice;
};

#define ORDER_ADVICE                                                                               \
    "Take these locks in the same order everywhere, or all of them under one common lock."
#define OWNER_ADVICE "Let the thread that took the lock release it; use a semaphore for hand-over."
#define WAKE_ADVICE                                                                                \
    "Change the condition and signal under the mutex, and check it before every wait (while, not " \
    "if)."

static const struct words kind_words[JAM_FINDING_KINDS] = {
    [JAM_FINDING_DEADLOCK] = {"{threads} wait for each other for ever, over {locks}", ORDER_ADVICE},
    [JAM_FINDING_SELF_DEADLOCK] = {"{thread} waits at {place} for {lock}, which it holds itself "
                                   "since {other_place}: it waits for ever",
                                   "Release the lock first, split off a function that expects it "
                                   "to be held, or make the lock recursive."},
    [JAM_FINDING_LOCK_ORDER_INVERSION] = {"{locks} are taken in conflicting orders by {threads}, "
                                          "which can deadlock",
                                          ORDER_ADVICE},
    [JAM_FINDING_RWLOCK_UPGRADE] =
        {"{thread} asks at {place} for {lock} for writing while it reads "
         "it since {other_place}: two that do so wait for ever",
         "Take the lock for writing from the beginning, or release it, "
         "take it for writing and check again."},
    [JAM_FINDING_ORPHANED_LOCK] =
        {"{thread} waits at {place} for {lock}, whose holder "
         "{other_thread} took it at {other_place} and ended without "
         "releasing it",
         "Release the lock on every way out of the thread; a robust mutex "
         "tells the next one instead of hanging."},
    [JAM_FINDING_LOST_WAKEUP] =
        {"{thread} waits at {place} for {lock}, but the signal came before, "
         "at {other_place}, when nobody waited",
         WAKE_ADVICE},
    [JAM_FINDING_STUCK_WAIT] = {"{thread} waits at {place} {wish}, and no thread is left that "
                                "could end the wait",
                                "Find who should have signalled, posted, arrived or ended, and why "
                                "it has gone."},
    [JAM_FINDING_LIVELOCK] = {"{threads} keep failing to get {locks}, give up and try again, "
                              "without progress",
                              "Take the locks in one order, or back off for a random time and "
                              "longer each time."},
    [JAM_FINDING_LOCK_CONVOY] =
        {"threads queue up at {lock}: each hand-over puts one to sleep and "
         "wakes another",
         "Shorten the critical section, split the lock, or do more work for "
         "each acquisition."},
    [JAM_FINDING_STARVATION] = {"{thread} waited far longer than others for {lock} at {place}",
                                "Release the lock for longer between two acquisitions, or use a "
                                "fair lock."},
    [JAM_FINDING_UNLOCK_NOT_OWNER] = {"{thread} releases {lock} at {place}, which {other_thread} "
                                      "holds since {other_place}",
                                      OWNER_ADVICE},
    [JAM_FINDING_UNLOCK_UNLOCKED] = {"{thread} releases {lock} at {place}, which is not locked",
                                     "Release a lock once for each time that it was taken."},
    [JAM_FINDING_RELOCK] = {"{thread} takes {lock} at {place} although it holds it since "
                            "{other_place}",
                            "Split off a function that expects the lock to be held, or make the "
                            "lock recursive."},
    [JAM_FINDING_DESTROY_LOCKED] =
        {"{thread} destroys {lock} at {place} while {other_thread} holds "
         "it or waits for it since {other_place}",
         "Destroy an object after all users are done: join them first."},
    [JAM_FINDING_USE_AFTER_DESTROY] = {"{thread} uses {lock} at {place} after it was destroyed at "
                                       "{other_place}",
                                       "Destroy an object after all users are done: join them "
                                       "first."},
    [JAM_FINDING_EXIT_HOLDING_LOCK] =
        {"{thread} ends while it holds {lock}, taken at {other_place}",
         "Release the lock on every way out of the thread."},
    [JAM_FINDING_COND_WAIT_UNLOCKED] = {"{thread} waits at {place} for {lock} with a mutex that it "
                                        "has not locked",
                                        "Lock the mutex before the wait: it is what keeps a signal "
                                        "from getting lost."},
    [JAM_FINDING_COND_TWO_MUTEXES] =
        {"{thread} waits at {place} for {lock} with another mutex than "
         "the wait at {other_place}",
         "Use one mutex for all waits of a condition variable."},
    [JAM_FINDING_COND_DESTROY_WAITERS] =
        {"{thread} destroys {lock} at {place} while {other_thread} "
         "waits for it at {other_place}",
         "Wake and join all waiters before the destroy."},
    [JAM_FINDING_FORK_HOLDING_LOCK] =
        {"{thread} forks at {place} while {other_thread} holds {lock} "
         "since {other_place}: in the child nobody will release it",
         "In the child, call nothing but async-signal-safe functions "
         "and exec, or fork before threads start."},
    [JAM_FINDING_WAIT_HOLDING_LOCK] =
        {"{thread} waits at {place} for an event while it holds "
         "{other_lock} since {other_place}",
         "Release the lock before the wait, unless whoever causes the "
         "event can never need it."},
    [JAM_FINDING_TYPE_CONFUSION] = {"{thread} uses {lock} at {place} as an object of another kind "
                                    "than at {other_place}",
                                    "Initialise the object once, as what it is used for."},
    [JAM_FINDING_INVALID_ARGUMENT] = {"{thread} calls a function on {lock} at {place} with an "
                                      "argument that libc refuses: {result}",
                                      "Check what the function returns, and the argument."},
    [JAM_FINDING_SEM_OVERPOST] = {"{thread} posts {lock} at {place} more often than it was waited "
                                  "for",
                                  "Post once for each wait."},
};

/* What a sentence is about. */
struct subject {
    struct jam_check *check;
    const struct jam_finding *finding;
    struct jam_check_story story;
};

/* Number `index` of what is listed, NULL = has been listed before. */
typedef const char *(*item_fn)(const struct subject *subject, size_t index);

static const char *edge_thread(const struct subject *subject, size_t index)
{
    const struct jam_finding_edge *edges = subject->finding->edges;
    for (size_t i = 0; i < index; i++)
        if (edges[i].thread == edges[index].thread)
            return NULL;
    return jam_check_thread_name(subject->check, subject->finding, edges[index].thread);
}

static const char *edge_lock(const struct subject *subject, size_t index)
{
    const struct jam_finding_edge *edges = subject->finding->edges;
    for (size_t i = 0; i < index; i++)
        if (edges[i].holds.lock == edges[index].holds.lock)
            return NULL;
    return jam_check_lock_name(subject->check, subject->finding, &edges[index].holds);
}

static size_t count_items(const struct subject *subject, item_fn item)
{
    size_t count = 0;
    for (size_t i = 0; i < subject->finding->edge_count; i++)
        count += item(subject, i) != NULL;
    return count;
}

/* "a", "a and b", "a, b and c", "a, b, c, d and 5 more". */
static void put_list(struct jam_text *text, const struct subject *subject, item_fn item)
{
    size_t count = count_items(subject, item);
    size_t shown = count > NAMES_SHOWN + 1 ? NAMES_SHOWN : count;
    size_t number = 0;
    for (size_t i = 0; i < subject->finding->edge_count && number < shown; i++) {
        const char *name = item(subject, i);
        if (!name)
            continue;
        const char *last = number + 1 == count ? " and " : ", ";
        jam_text_put(text, "%s%s", number ? last : "", name);
        number++;
    }
    if (shown < count)
        jam_text_put(text, " and %zu more", count - shown);
}

/* Whether several threads have one name (or none): "python3 and python3" tells nothing. */
static bool are_namesakes(const struct subject *subject)
{
    const struct jam_finding *finding = subject->finding;
    for (size_t i = 1; i < finding->edge_count; i++)
        if (jam_check_thread_name(subject->check, finding, finding->edges[i].thread) !=
            jam_check_thread_name(subject->check, finding, finding->edges[0].thread))
            return false;
    return count_items(subject, edge_thread) > 1;
}

static void put_threads(struct jam_text *text, const struct subject *subject)
{
    const char *first = jam_check_thread_name(
        subject->check, subject->finding,
        subject->finding->edge_count ? subject->finding->edges[0].thread : subject->story.thread);
    if (are_namesakes(subject))
        jam_text_put(text, "%zu threads called %s", count_items(subject, edge_thread), first);
    else if (!subject->finding->edge_count)
        jam_text_put(
            text, "%s",
            jam_check_thread_name(subject->check, subject->finding, subject->story.thread));
    else
        put_list(text, subject, edge_thread);
}

static void put_locks(struct jam_text *text, const struct subject *subject)
{
    if (!subject->finding->edge_count)
        jam_text_put(
            text, "%s",
            jam_check_lock_name(subject->check, subject->finding, &subject->story.subject));
    else
        put_list(text, subject, edge_lock);
}

static void put_thread(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_thread_name(subject->check, subject->finding, subject->story.thread));
}

static void put_other_thread(struct jam_text *text, const struct subject *subject)
{
    uint32_t thread = subject->story.other_thread;
    bool is_same = thread && thread == subject->story.thread;
    jam_text_put(text, "%s",
                 is_same ? "itself"
                         : jam_check_thread_name(subject->check, subject->finding, thread));
}

static void put_lock(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_lock_name(subject->check, subject->finding, &subject->story.subject));
}

static void put_wish(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_wish(subject->check, subject->finding, &subject->story.subject));
}

static void put_other_lock(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_lock_name(subject->check, subject->finding, &subject->story.other));
}

static void put_place(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_place(subject->check, subject->finding, subject->story.subject.stack));
}

static void put_other_place(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_place(subject->check, subject->finding, subject->story.other.stack));
}

static void put_result(struct jam_text *text, const struct subject *subject)
{
    int32_t result = subject->finding->result;
    jam_text_put(text, "%s", result > 0 ? strerror(result) : "no reason given");
}

static void put_call(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s", jam_shape_call_name(subject->finding->call));
}

static void put_evidence(struct jam_text *text, const struct subject *subject)
{
    const struct jam_finding *finding = subject->finding;
    if (finding->evidence.lock)
        jam_text_put(text, "%s", jam_check_lock_name(subject->check, finding, &finding->evidence));
    else if (finding->evidence_thread)
        jam_text_put(text, "thread %s (tid %u)",
                     jam_check_thread_name(subject->check, finding, finding->evidence_thread),
                     jam_check_tid(subject->check, finding, finding->evidence_thread));
    else
        jam_text_put(text, "(not recorded)");
}

static const struct {
    const char *name;
    void (*put)(struct jam_text *, const struct subject *);
} fields[] = {
    {"{threads}", put_threads}, {"{thread}", put_thread},     {"{other_thread}", put_other_thread},
    {"{locks}", put_locks},     {"{lock}", put_lock},         {"{other_lock}", put_other_lock},
    {"{wish}", put_wish},       {"{place}", put_place},       {"{other_place}", put_other_place},
    {"{result}", put_result},   {"{evidence}", put_evidence}, {"{call}", put_call},
};

/* The end of the field that the template has here, NULL if it has none. */
static const char *put_field(struct jam_text *text, const char *at, const struct subject *subject)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t length = strlen(fields[i].name);
        if (strncmp(at, fields[i].name, length) != 0)
            continue;
        fields[i].put(text, subject);
        return at + length;
    }
    return NULL;
}

const char *jam_check_fill(struct jam_check *check, const struct jam_finding *finding,
                           const char *sentence)
{
    const struct subject subject = {check, finding, jam_check_story(finding)};
    struct jam_text text = {.used = 0};
    for (const char *at = sentence; *at;) {
        const char *next = *at == '{' ? put_field(&text, at, &subject) : NULL;
        if (!next)
            jam_text_put(&text, "%c", *at++);
        else
            at = next;
    }
    return jam_check_keep(check, text.bytes);
}

/* What differs from the kind's usual sentence. */
static const char *special_message(const struct jam_finding *finding)
{
    if (finding->reason == JAM_REASON_DECLARED)
        return "{thread} takes {lock} at {place} while it holds {other_lock} since {other_place}, "
               "against the declared order";
    if (finding->kind == JAM_FINDING_RWLOCK_UPGRADE && finding->edge_count > 1)
        return "{threads} read {locks} and ask for it for writing, so they wait for each other for "
               "ever";
    if (finding->kind == JAM_FINDING_SELF_DEADLOCK && finding->reason == JAM_REASON_READERS)
        return "{thread} asks at {place} for {lock} for reading while it reads it since "
               "{other_place}: a writer that queues in between makes it wait for ever";
    if (finding->kind == JAM_FINDING_STUCK_WAIT && finding->reason == JAM_REASON_WAKEABLE)
        return "{thread} waits at {place} {wish}, and could still be woken";
    if (finding->kind == JAM_FINDING_LOCK_ORDER_INVERSION &&
        finding->filter == JAM_FILTER_SINGLE_THREAD)
        return "{locks} are taken in conflicting orders, but by {threads} alone";
    if (finding->call)
        return "{thread} calls {call} at {place} while it holds {other_lock} since {other_place}";
    if (finding->kind == JAM_FINDING_WAIT_HOLDING_LOCK && finding->subject.lock)
        return "{thread} waits at {place} {wish} while it holds {other_lock} since {other_place}";
    if (finding->kind == JAM_FINDING_LOST_WAKEUP && !finding->other.stack)
        return "{thread} waits at {place} for {lock}, but the signal came before";
    return NULL;
}

const char *jam_check_message(struct jam_check *check, const struct jam_finding *finding)
{
    const char *special = special_message(finding);
    return jam_check_fill(check, finding, special ? special : kind_words[finding->kind].message);
}

/* A cycle over one lock: readers, and a writer in between. */
static bool is_over_one_lock(const struct jam_finding *finding)
{
    for (size_t i = 1; i < finding->edge_count; i++)
        if (finding->edges[i].holds.lock != finding->edges[0].holds.lock)
            return false;
    return finding->edge_count > 1;
}

/* A cycle that leads through an event: then no order of locks helps. */
static bool has_event(const struct jam_check *check, const struct jam_finding *finding)
{
    for (size_t i = 0; i < finding->edge_count; i++)
        if (*jam_check_hold_verb(check, finding, &finding->edges[i].holds) != 'h')
            return true;
    return false;
}

const char *jam_check_advice(const struct jam_check *check, const struct jam_finding *finding)
{
    bool is_order =
        finding->kind == JAM_FINDING_DEADLOCK || finding->kind == JAM_FINDING_LOCK_ORDER_INVERSION;
    if (finding->reason == JAM_REASON_DECLARED)
        return "Take the locks in the declared order, or change the declaration and have it "
               "reviewed.";
    if (is_order && is_over_one_lock(finding))
        return "Do not take a lock again while holding it: a writer may have queued in between.";
    if (is_order && check && has_event(check, finding))
        return "Do not hold a lock while waiting for an event or a thread that needs it: release "
               "it before the wait.";
    const char *python = check ? jam_check_python_advice(check, finding) : NULL;
    return python ? python : kind_words[finding->kind].advice;
}
