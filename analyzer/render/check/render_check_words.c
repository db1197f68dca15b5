/* The sentences of each kind of finding: what is wrong, and what to do about it. */
#include "render/check/render_check_words.h"

#include "render/check/render_check_fill.h"
#include "render/check/render_check_python.h"

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
        if (!(finding->edges[i].holds.flags & JAM_USE_QUEUED) &&
            *jam_check_hold_verb(check, finding, &finding->edges[i].holds) != 'h')
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
