/* Picks the frames that people care about out of whole stacks, once for each stack. */
#include <stdlib.h>

#include "core/function_name.h"
#include "render/check/render_check_name.h"
#include "util/array.h"

/* Nameless outermost frames are the start of the thread in a library without symbols. */
static bool is_start(const struct jam_symbol_frame *frame)
{
    if (frame->is_python)
        return jam_function_is_python_plumbing(frame->file);
    return !frame->function || jam_function_is_start(frame->function);
}

/* The first frame of a Python program, list->count if there is none. */
static size_t find_python(const struct jam_frame_list *list)
{
    size_t i = list->site;
    while (i < list->count && !list->frames[i].is_python)
        i++;
    return i;
}

/* From the call site outwards; behind the first Python frame, Python frames only. */
static int pick(const struct jam_frame_list *list, struct jam_check_stack *stack)
{
    size_t python = find_python(list);
    stack->frames = calloc(list->count + 1, sizeof *stack->frames);
    if (!stack->frames)
        return -1;
    for (size_t i = list->site; i < list->count; i++)
        if (i < python || list->frames[i].is_python)
            stack->frames[stack->count++] = list->frames[i];
    while (stack->count > 1 && is_start(&stack->frames[stack->count - 1]))
        stack->count--;
    return 0;
}

static const struct jam_check_stack *find(struct jam_check *check, uint32_t process,
                                          uint32_t stack_ref)
{
    uint32_t next = (uint32_t)check->stack_count;
    struct jam_frame_list list =
        jam_frames_stack(check->report.processes[process].frames, stack_ref);
    if (jam_array_reserve(&check->stacks, &check->stack_capacity, check->stack_count,
                          sizeof *check->stacks) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&check->stack_map, process, stack_ref, next);
    if (at == JAM_MAP_NONE || at != next)
        return at == JAM_MAP_NONE ? NULL : &check->stacks[at];
    check->stacks[at] = (struct jam_check_stack){0};
    check->stack_count++;
    return pick(&list, &check->stacks[at]) == 0 ? &check->stacks[at] : NULL;
}

struct jam_frame_list jam_check_frames(struct jam_check *check, const struct jam_finding *finding,
                                       uint32_t stack)
{
    const struct jam_check_stack *found = stack ? find(check, finding->process, stack) : NULL;
    if (!found)
        return (struct jam_frame_list){0};
    return (struct jam_frame_list){.frames = found->frames, .count = found->count};
}

void jam_check_frames_fini(struct jam_check *check)
{
    for (size_t i = 0; i < check->stack_count; i++)
        free(check->stacks[i].frames);
    free(check->stacks);
    jam_map_fini(&check->stack_map);
}
