/*
 * Fixed-layout records as key=value pairs, from tables of their fields.
 */
#ifndef JAM_RENDER_FIELDS_H
#define JAM_RENDER_FIELDS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/timebase.h"

enum jam_field_form {
    JAM_FIELD_NUMBER,
    JAM_FIELD_HEX,
    JAM_FIELD_TIME,     /* ticks: printed as key_ns since the start */
    JAM_FIELD_DURATION, /* ticks: printed as key_ns */
    JAM_FIELD_KIND,     /* enum jam_lock_kind: printed as its name */
    JAM_FIELD_MODE,     /* enum jam_mode */
    JAM_FIELD_SIGNED,   /* 4 bytes */
    JAM_FIELD_LIFE,     /* jam_lock_record.generation: printed with is_dead */
};

struct jam_field {
    const char *key; /* NULL ends a table */
    size_t offset;
    size_t bytes; /* 2, 4 or 8 */
    enum jam_field_form form;
};

/* Prints " key=value" for each field of the record. */
void jam_fields_print(const struct jam_field *fields, const void *record,
                      const struct jam_timebase *base, FILE *out);

/* ` key="text"` with quotes, backslashes and control characters made safe; at most 8 KiB of it. */
void jam_field_print_text(FILE *out, const char *key, const char *text, size_t length);

extern const struct jam_field jam_header_fields[];
extern const struct jam_field jam_extent_fields[];
extern const struct jam_field jam_module_fields[];
extern const struct jam_field jam_stack_fields[];
extern const struct jam_field jam_lock_fields[];
extern const struct jam_field jam_thread_fields[];
extern const struct jam_field jam_site_fields[];
extern const struct jam_field jam_waits_fields[];
extern const struct jam_field jam_blame_fields[];
extern const struct jam_field jam_dependency_fields[];
extern const struct jam_field jam_order_fields[];
extern const struct jam_field jam_misuse_fields[];
extern const struct jam_field jam_retry_fields[];
extern const struct jam_field jam_python_fields[];
extern const struct jam_field jam_lane_fields[];
extern const struct jam_field jam_wait_word_fields[];
extern const struct jam_field jam_held_fields[];
extern const struct jam_field jam_holder_fields[];

#endif
