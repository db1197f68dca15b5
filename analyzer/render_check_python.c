/* Asks the descriptions of Python's locks. */
#include "render_check_python.h"

#include "render_check_name.h"

static const struct jam_python_lock *python_lock(const struct jam_check *check,
                                                 const struct jam_finding *finding,
                                                 const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    return lock ? jam_frames_python_lock(check->report.processes[finding->process].frames,
                                         lock->created_stack)
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
