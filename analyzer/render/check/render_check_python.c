/* Asks the descriptions of Python's locks. */
#include "render/check/render_check_python.h"

#include "render/check/render_check_name.h"

static const struct jam_python_lock *python_lock(const struct jam_check *check,
                                                 const struct jam_finding *finding,
                                                 const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    return lock ? jam_frames_python_lock(check->report.processes[finding->process].frames,
                                         lock->kind, lock->created_stack)
                : NULL;
}

static bool is_about_imports(const struct jam_check *check, const struct jam_finding *finding)
{
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_python_lock *lock = python_lock(check, finding, &finding->edges[i].holds);
        if (!lock || !lock->is_import)
            return false;
    }
    return finding->edge_count > 0;
}

bool jam_check_python_judge(const struct jam_check *check, struct jam_finding *finding)
{
    const struct jam_python_lock *held = python_lock(check, finding, &finding->other);
    if (finding->kind == JAM_FINDING_WAIT_HOLDING_LOCK && held && held->kind == JAM_LOCK_SEM)
        return false;
    if (finding->kind == JAM_FINDING_LOCK_ORDER_INVERSION && is_about_imports(check, finding))
        finding->severity = JAM_SEVERITY_NOTE;
    return true;
}

const char *jam_check_python_advice(const struct jam_check *check,
                                    const struct jam_finding *finding)
{
    static const char with[] =
        "Take the lock with a `with` statement: it releases it on every way out, exceptions too.";
    static const char recursive[] = "Release the lock first, split off a function that expects it "
                                    "to be held, or make it a threading.RLock.";
    static const char missed[] =
        "Find who should have set, notified, put, released or arrived, and "
        "why it has gone; with a timeout the wait would end.";
    static const char *const advice[JAM_FINDING_KINDS] = {
        [JAM_FINDING_ORPHANED_LOCK] = with,      [JAM_FINDING_EXIT_HOLDING_LOCK] = with,
        [JAM_FINDING_SELF_DEADLOCK] = recursive, [JAM_FINDING_RELOCK] = recursive,
        [JAM_FINDING_STUCK_WAIT] = missed,
    };
    const struct jam_check_story story = jam_check_story(finding);
    return python_lock(check, finding, &story.subject) ? advice[finding->kind] : NULL;
}
