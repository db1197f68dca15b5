/* The waits of threading and queue. */
#include "core/python/python_wait.h"

#include <stddef.h>
#include <string.h>

static const struct jam_python_wait waits[] = {
    {"Event.wait", "for", "to be set", {"Event.set"}},
    {"Condition.wait", "for a notify of", "", {"Condition.notify", "Condition.notify_all"}},
    {"Condition.wait_for", "for a notify of", "", {"Condition.notify", "Condition.notify_all"}},
    {"Semaphore.acquire",
     "for a release of",
     "",
     {"Semaphore.release", "BoundedSemaphore.release", "Semaphore.__exit__"}},
    {"Barrier.wait", "for the others at", "", {"Barrier.wait", "Barrier.abort", "Barrier.reset"}},
    {"Queue.get", "for an item in", "", {"Queue.put", "Queue.put_nowait"}},
    {"Queue.put", "for room in", "", {"Queue.get", "Queue.get_nowait"}},
    {"Queue.join", "for all tasks of", "to be done", {"Queue.task_done"}},
    {"Future.result",
     "for the result of",
     "",
     {"Future.set_result", "Future.set_exception", "Future.cancel"}},
};

const struct jam_python_wait *jam_python_wait_find(const char *method)
{
    for (size_t i = 0; method && i < sizeof waits / sizeof *waits; i++)
        if (strcmp(waits[i].method, method) == 0)
            return &waits[i];
    return NULL;
}

bool jam_python_wait_is_ended_by(const struct jam_python_wait *wait, const char *method)
{
    for (size_t i = 0; method && i < JAM_PYTHON_ENDERS && wait->enders[i]; i++)
        if (strcmp(wait->enders[i], method) == 0)
            return true;
    return false;
}
