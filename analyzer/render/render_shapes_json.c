/* Patterns for lockjam.report/1. */
#include "render/render_json_parts.h"
#include "render/render_shapes.h"

static const char *const keys[JAM_SHAPES] = {
    [JAM_SHAPE_CONVOY] = "lock-convoy",     [JAM_SHAPE_STARVATION] = "starvation",
    [JAM_SHAPE_RWLOCK] = "rwlock-mutex",    [JAM_SHAPE_STORM] = "broadcast-storm",
    [JAM_SHAPE_SIGNAL] = "signal-holding",  [JAM_SHAPE_SHARD] = "shardable",
    [JAM_SHAPE_BLOCKING] = "held-blocking", [JAM_SHAPE_GIL] = "gil-bound",
};

json_t *jam_shape_json(struct jam_report *report, const struct jam_shape *shape)
{
    const struct jam_contention_lock *lock = &report->contention.locks[shape->lock];
    struct jam_frames *frames = report->processes[lock->process].frames;
    json_t *object = json_object();
    jam_json_set_text(object, "pattern", keys[shape->kind]);
    jam_json_set_number(object, "lock", lock->id);
    jam_json_set_number(object, "pid", report->processes[lock->process].facts.pid);
    jam_json_set_text(object, "name", jam_report_lock_name(report, shape->lock));
    jam_json_set_number(object, "part", shape->part);
    jam_json_set_number(object, "whole", shape->whole);
    jam_json_set_number(object, "others", shape->others);
    if (shape->kind == JAM_SHAPE_BLOCKING)
        jam_json_set_text(object, "call", jam_shape_call_name(shape->call));
    if (shape->stack)
        json_object_set_new(object, "stack", jam_json_stack(frames, shape->stack));
    if (shape->other_stack)
        json_object_set_new(object, "other_stack", jam_json_stack(frames, shape->other_stack));
    return object;
}
