/* Builds the JSON that several commands share. */
#include "render/render_json_parts.h"

#include "util/human.h"

#define TEXT_BYTES 4096

/* JSON integers are signed in jansson; what does not fit is absurd anyway. */
json_t *jam_json_number(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

void jam_json_set_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new_nocheck(object, key, jam_json_number(value));
}

void jam_json_set_text(json_t *object, const char *key, const char *text)
{
    char clean[TEXT_BYTES];
    json_object_set_new_nocheck(
        object, key,
        text ? json_string_nocheck(jam_human_clean(text, clean, sizeof clean)) : json_null());
}

static json_t *frame_json(const struct jam_symbol_frame *frame)
{
    json_t *object = json_object();
    jam_json_set_text(object, "function", frame->function);
    jam_json_set_text(object, "file", frame->file);
    jam_json_set_number(object, "line", frame->line);
    jam_json_set_text(object, "module", frame->module);
    jam_json_set_number(object, "offset", frame->offset);
    json_object_set_new_nocheck(object, "inlined", json_boolean(frame->is_inlined));
    jam_json_set_text(object, "language", frame->is_python ? "python" : "native");
    return object;
}

json_t *jam_json_stack(struct jam_frames *frames, uint32_t stack_ref)
{
    struct jam_frame_list list = jam_frames_stack(frames, stack_ref);
    json_t *array = json_array();
    for (size_t i = 0; i < list.count; i++)
        json_array_append_new(array, frame_json(&list.frames[i]));
    return array;
}

/* "unknown": nobody watched the process (no `lockjam record`), and it does not run here now. */
static void set_end(json_t *object, const struct jam_facts *facts)
{
    static const char *const names[] = {
        [JAM_END_EXIT] = "exit",
        [JAM_END_SIGNAL] = "signal",
        [JAM_END_KILLED] = "killed",
    };
    if (facts->end_kind == JAM_END_UNKNOWN || facts->end_kind > JAM_END_KILLED) {
        jam_json_set_text(object, "ended", facts->is_running ? "running" : "unknown");
        return;
    }
    jam_json_set_number(object, facts->end_kind == JAM_END_EXIT ? "exit_status" : "signal",
                        facts->end_value);
    jam_json_set_text(object, "ended", names[facts->end_kind]);
}

json_t *jam_json_process(const struct jam_facts *facts)
{
    json_t *object = json_object();
    json_t *arguments = json_array();
    char clean[TEXT_BYTES];
    for (size_t i = 0; i < facts->argument_count; i++)
        json_array_append_new(arguments, json_string_nocheck(jam_human_clean(facts->arguments[i],
                                                                             clean, sizeof clean)));
    jam_json_set_number(object, "pid", facts->pid);
    jam_json_set_text(object, "executable", facts->executable);
    json_object_set_new_nocheck(object, "arguments", arguments);
    set_end(object, facts);
    jam_json_set_number(object, "duration_ns", facts->duration_ns);
    return object;
}
