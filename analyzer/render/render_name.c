/* Names for locks, classes and call sites. */
#include "render/render_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/function_name.h"
#include "core/lock_kind.h"
#include "core/thread_name.h"
#include "trace/trace_lock.h"
#include "trace/trace_record.h"
#include "util/human.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void put_place(const struct jam_symbol_frame *frame, char *raw, size_t size)
{
    char function[JAM_NAME_TEXT_BYTES / 2];
    if (frame->function)
        jam_function_shorten(frame->function, function, sizeof function);
    if (frame->function && frame->file)
        snprintf(raw, size, "%s %s:%u", function, base_name(frame->file), frame->line);
    else if (frame->function)
        snprintf(raw, size, "%s", function);
    else if (frame->module)
        snprintf(raw, size, "%s+0x%" PRIx64, base_name(frame->module), frame->offset);
    else
        snprintf(raw, size, "0x%" PRIx64, frame->offset);
}

char *jam_name_frame(const struct jam_symbol_frame *frame, char buffer[JAM_NAME_TEXT_BYTES])
{
    char raw[JAM_NAME_TEXT_BYTES];
    put_place(frame, raw, sizeof raw);
    return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
}

char *jam_name_site(struct jam_frames *frames, uint32_t stack_ref, char buffer[JAM_NAME_TEXT_BYTES])
{
    struct jam_frame_list list = jam_frames_stack(frames, stack_ref);
    if (!list.count)
        return jam_human_clean("(unknown)", buffer, JAM_NAME_TEXT_BYTES);
    return jam_name_frame(&list.frames[list.site], buffer);
}

char *jam_name_class(struct jam_frames *frames, const struct jam_contention_lock *lock,
                     char buffer[JAM_NAME_TEXT_BYTES])
{
    char site[JAM_NAME_TEXT_BYTES];
    char raw[JAM_NAME_TEXT_BYTES + 64];
    uint32_t stack = lock->created_stack ? lock->created_stack : lock->first_stack;
    if (lock->kind == JAM_LOCK_GIL)
        return jam_human_clean(JAM_NAME_OF_GIL, buffer, JAM_NAME_TEXT_BYTES);
    const struct jam_python_lock *python =
        jam_frames_python_lock(frames, lock->kind, lock->created_stack);
    if (python) {
        snprintf(raw, sizeof raw, "%s %s", jam_lock_kind_name(lock->kind), python->name);
        return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
    }
    const char *verb = lock->kind == JAM_LOCK_THREAD ? "joined"
                       : lock->created_stack         ? "created"
                                                     : "first used";
    snprintf(raw, sizeof raw, "%s %s at %s", jam_lock_kind_name(lock->kind), verb,
             jam_name_site(frames, stack, site));
    return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
}

/* The modules that were mapped when the lock came into use. */
static uint32_t generation_of(struct jam_trace *trace, const struct jam_contention_lock *lock)
{
    const struct jam_stack *stack =
        jam_trace_stack(trace, lock->created_stack ? lock->created_stack : lock->first_stack);
    return stack ? stack->module_generation : trace->header.module_generation;
}

/* "join of worker (tid 1234)": the thread record tells the name. */
static bool name_join(struct jam_trace *trace, const struct jam_contention_lock *lock, char *buffer)
{
    const struct jam_thread_record *thread = jam_trace_thread(trace, lock->thread);
    char name[JAM_TITLE_BYTES * 4];
    if (!thread)
        return false;
    size_t room;
    const char *bytes = jam_thread_name(thread, &room);
    jam_human_clean_bytes(bytes, room, name, sizeof name);
    snprintf(buffer, JAM_NAME_TEXT_BYTES, "end of thread %s (tid %u)",
             *name ? name : "without a name", thread->tid);
    return true;
}

static bool name_variable(struct jam_frames *frames, struct jam_trace *trace,
                          const struct jam_contention_lock *lock, char *raw)
{
    return lock->address &&
           jam_symbolizer_data_name(jam_frames_symbolizer(frames), generation_of(trace, lock),
                                    lock->address, raw, JAM_NAME_TEXT_BYTES);
}

/*
 * What a thread waits with is made for each wait: the object is known by its lock. One that several
 * Conditions share says too little: those are known by what the waiting lines call them.
 */
static const char *name_condition(struct jam_frames *frames, struct jam_trace *trace,
                                  uint32_t partner, const struct jam_python_lock *token)
{
    struct jam_lock_record lock;
    if (!jam_trace_read_lock(trace, partner, &lock))
        return token->name;
    const struct jam_python_lock *python =
        jam_frames_python_lock(frames, lock.kind, lock.created_stack);
    if (!python)
        return token->name;
    return python->is_lock && token->object[0] ? token->object : python->name;
}

char *jam_name_lock(struct jam_frames *frames, struct jam_trace *trace,
                    const struct jam_contention_lock *lock, char buffer[JAM_NAME_TEXT_BYTES])
{
    char raw[JAM_NAME_TEXT_BYTES];
    const char *given = jam_frames_given_name(frames, lock->name);
    if (given)
        return jam_human_clean(given, buffer, JAM_NAME_TEXT_BYTES);
    /* A record that served several joins is about all of those threads. */
    if (lock->kind == JAM_LOCK_THREAD && lock->generation <= 1 && name_join(trace, lock, buffer))
        return buffer;
    if (lock->kind == JAM_LOCK_THREAD)
        return jam_name_class(frames, lock, buffer);
    if (lock->kind == JAM_LOCK_GIL)
        return jam_human_clean(JAM_NAME_OF_GIL, buffer, JAM_NAME_TEXT_BYTES);
    const struct jam_python_lock *python =
        jam_frames_python_lock(frames, lock->kind, lock->created_stack);
    if (python && python->kind == JAM_LOCK_COND)
        return jam_human_clean(name_condition(frames, trace, lock->partner, python), buffer,
                               JAM_NAME_TEXT_BYTES);
    if (python)
        return jam_human_clean(python->name, buffer, JAM_NAME_TEXT_BYTES);
    if (name_variable(frames, trace, lock, raw))
        return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
    return jam_name_class(frames, lock, buffer);
}

/* "accounts[3].mutex" to "accounts[].mutex": which element it is may differ from run to run. */
static void drop_indices(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        *to++ = *from;
        if (*from == '[')
            from += strspn(from + 1, "0123456789");
    }
    *to = 0;
}

static const char *put_function(const struct jam_symbol_frame *frame, char *buffer, size_t size)
{
    if (frame->function)
        jam_function_shorten(frame->function, buffer, size);
    else
        snprintf(buffer, size, "%s", frame->module ? base_name(frame->module) : "(unknown)");
    return buffer;
}

char *jam_name_site_stable(struct jam_frames *frames, uint32_t stack_ref,
                           char buffer[JAM_NAME_TEXT_BYTES])
{
    char names[2][JAM_NAME_TEXT_BYTES / 2];
    char raw[JAM_NAME_TEXT_BYTES + 8];
    struct jam_frame_list list = jam_frames_stack(frames, stack_ref);
    if (!list.count)
        return jam_human_clean("(unknown)", buffer, JAM_NAME_TEXT_BYTES);
    put_function(&list.frames[list.site], names[0], sizeof names[0]);
    if (list.site + 1 < list.count)
        snprintf(raw, sizeof raw, "%s < %s", names[0],
                 put_function(&list.frames[list.site + 1], names[1], sizeof names[1]));
    else
        snprintf(raw, sizeof raw, "%s", names[0]);
    return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
}

char *jam_name_class_stable(struct jam_frames *frames, struct jam_trace *trace,
                            const struct jam_contention_lock *lock,
                            char buffer[JAM_NAME_TEXT_BYTES])
{
    char site[JAM_NAME_TEXT_BYTES];
    char raw[JAM_NAME_TEXT_BYTES + 64];
    uint32_t stack = lock->created_stack ? lock->created_stack : lock->first_stack;
    const struct jam_python_lock *python =
        jam_frames_python_lock(frames, lock->kind, lock->created_stack);
    const char *given = jam_frames_given_name(frames, lock->name);
    given = given || !python ? given : python->name;
    if (given)
        snprintf(site, sizeof site, "%s", given);
    if (given || name_variable(frames, trace, lock, site)) {
        drop_indices(site);
        snprintf(raw, sizeof raw, "%s (%s)", site, jam_lock_kind_name(lock->kind));
    } else {
        snprintf(raw, sizeof raw, "%s %s in %s", jam_lock_kind_name(lock->kind),
                 lock->created_stack ? "created" : "first used",
                 jam_name_site_stable(frames, stack, site));
    }
    return jam_human_clean(raw, buffer, JAM_NAME_TEXT_BYTES);
}
