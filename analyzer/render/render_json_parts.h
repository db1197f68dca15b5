/*
 * JSON that several commands share: numbers, texts, stacks and processes in the form of the outside
 * contract. Every result is the caller's; objects take over what is put into them.
 */
#ifndef JAM_RENDER_JSON_PARTS_H
#define JAM_RENDER_JSON_PARTS_H

#include <jansson.h>
#include <stdint.h>

#include "render/render_frames.h"
#include "trace/trace_facts.h"

/* JSON integers are signed here: what does not fit becomes the largest. */
json_t *jam_json_number(uint64_t value);
void jam_json_set_number(json_t *object, const char *key, uint64_t value);

/* Cleaned (see jam_human_clean); NULL becomes null. */
void jam_json_set_text(json_t *object, const char *key, const char *text);

/* A STACK: an array of frames, innermost first; empty for no stack. */
json_t *jam_json_stack(struct jam_frames *frames, uint32_t stack_ref);

/* One entry of `processes`: who it was and how it ended. */
json_t *jam_json_process(const struct jam_facts *facts);

#endif
