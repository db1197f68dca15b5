/*
 * Events of Python's library. Who passes Event.wait or Queue.get because the event was there already
 * does not wait, and nothing wakes it: all that is seen is the lock that guards the event, taken by
 * both sides. The functions tell which side a call site is on, and so who came after whom.
 */
#include "python/python.h"
#include "session.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* By their names alone: before 3.11 the class is not known. Whoever waits may end other waits. */
static const struct {
    const char *file;
    const char *function;
    uint16_t role;
} roles[] = {
    {"threading.py", "wait", JAM_SITE_WAITS | JAM_SITE_ENDS}, /* Event, Condition, Barrier */
    {"threading.py", "wait_for", JAM_SITE_WAITS},
    {"threading.py", "set", JAM_SITE_ENDS},
    {"threading.py", "notify", JAM_SITE_ENDS},
    {"threading.py", "acquire", JAM_SITE_WAITS}, /* Semaphore */
    {"threading.py", "release", JAM_SITE_ENDS},
    {"queue.py", "get", JAM_SITE_WAITS | JAM_SITE_ENDS},
    {"queue.py", "put", JAM_SITE_WAITS | JAM_SITE_ENDS},
    {"queue.py", "join", JAM_SITE_WAITS},
    {"queue.py", "task_done", JAM_SITE_ENDS},
};

static bool ends_with(const char *text, uint16_t bytes, const char *end, char separator)
{
    size_t length = strlen(end);
    if (bytes < length || memcmp(text + bytes - length, end, length) != 0)
        return false;
    return bytes == length || text[bytes - length - 1] == separator;
}

static bool is_of(const struct jam_python_code *code, const char *file, const char *function)
{
    return ends_with(code->text, code->name_bytes, function, '.') &&
           ends_with(code->text + code->name_bytes, code->file_bytes, file, '/');
}

static uint16_t role_of(const struct jam_python_code *code)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (is_of(code, roles[i].file, roles[i].function))
            return roles[i].role;
    return 0;
}

uint16_t jam_python_role(uint32_t ref)
{
    const struct jam_stack *stack = jam_session_at((uint64_t)ref * JAM_STACK_UNIT);
    for (uint32_t i = 0; ref && i < stack->depth; i++) {
        if (stack->frames[i] >> JAM_FRAME_KIND_SHIFT != JAM_FRAME_PYTHON)
            continue;
        uint32_t id = stack->frames[i] >> JAM_PYTHON_CODE_SHIFT & JAM_PYTHON_CODE_MASK;
        const struct jam_python_code *code = jam_python_code_record(id);
        if (!code || !is_of(code, "threading.py", "__enter__")) /* of the Condition inside */
            return code ? role_of(code) : 0;
    }
    return 0;
}
