/* The table of extent kinds: names, record sizes. */
#include "trace/trace_kind.h"

#define ROUND_UP(bytes, step) (((bytes) + (step)-1) / (step) * (step))

/* Sizes of variable-length records; the caller has checked that the fixed part is there. */

static size_t string_bytes(const void *record)
{
    const struct jam_string *string = record;
    return ROUND_UP(sizeof *string + string->length, 4);
}

static size_t module_bytes(const void *record)
{
    const struct jam_module *module = record;
    size_t needed = ROUND_UP(sizeof *module + module->path_bytes, 8);
    bool is_sensible = module->build_id_bytes <= sizeof module->build_id &&
                       module->record_bytes >= needed && module->record_bytes % 8 == 0;
    return is_sensible ? module->record_bytes : 0;
}

static size_t stack_bytes(const void *record)
{
    const struct jam_stack *stack = record;
    if (stack->depth > JAM_MAX_FRAMES)
        return 0;
    return ROUND_UP(sizeof *stack + stack->depth * sizeof stack->frames[0], JAM_STACK_UNIT);
}

static size_t dependency_bytes(const void *record)
{
    const struct jam_dependency *dependency = record;
    return sizeof *dependency + dependency->held_count * sizeof dependency->held[0];
}

static size_t python_bytes(const void *record)
{
    const struct jam_python_code *code = record;
    size_t needed = sizeof *code + code->name_bytes + code->file_bytes + code->lines_bytes;
    return code->record_bytes >= needed && code->record_bytes % 8 == 0 ? code->record_bytes : 0;
}

struct kind {
    const char *name;
    uint16_t record_bytes;                  /* fixed part of a record; 0 = no records to walk */
    size_t (*variable)(const void *record); /* NULL = an array of equal records */
    bool is_whole;                          /* used_bytes says nothing */
};

static const struct kind kinds[JAM_EXTENT_KINDS] = {
    [JAM_EXTENT_FREE] = {"free", 0, NULL, false},
    [JAM_EXTENT_STRINGS] = {"strings", sizeof(struct jam_string), string_bytes, false},
    [JAM_EXTENT_LANE] = {"lane", sizeof(struct jam_lane), NULL, true},
    [JAM_EXTENT_THREADS] = {"threads", sizeof(struct jam_thread_record), NULL, false},
    [JAM_EXTENT_LOCKS] = {"locks", sizeof(struct jam_lock_record), NULL, false},
    [JAM_EXTENT_MODULES] = {"modules", sizeof(struct jam_module), module_bytes, false},
    [JAM_EXTENT_STACKS] = {"stacks", sizeof(struct jam_stack), stack_bytes, false},
    [JAM_EXTENT_SITES] = {"sites", sizeof(struct jam_site), NULL, false},
    [JAM_EXTENT_WAITS] = {"waits", sizeof(struct jam_wait_totals), NULL, false},
    [JAM_EXTENT_HISTOGRAMS] = {"histograms", sizeof(struct jam_histogram), NULL, false},
    [JAM_EXTENT_BLAME] = {"blame", sizeof(struct jam_blame), NULL, false},
    [JAM_EXTENT_DEPENDENCIES] = {"dependencies", sizeof(struct jam_dependency), dependency_bytes,
                                 false},
    [JAM_EXTENT_RING] = {"ring", 0, NULL, false},
    [JAM_EXTENT_HELD] = {"held", 0, NULL, true},
    [JAM_EXTENT_HOLDERS] = {"holders", sizeof(struct jam_holders), NULL, false},
    [JAM_EXTENT_MISUSE] = {"misuse", sizeof(struct jam_misuse), NULL, false},
    [JAM_EXTENT_ORDERS] = {"orders", sizeof(struct jam_order), NULL, false},
    [JAM_EXTENT_PYTHON] = {"python", sizeof(struct jam_python_code), python_bytes, false},
    [JAM_EXTENT_RETRIES] = {"retries", sizeof(struct jam_retry), NULL, false},
};

static const struct kind *find(uint16_t kind)
{
    static const struct kind unknown = {"unknown", 0, NULL, false};
    return kind < JAM_EXTENT_KINDS ? &kinds[kind] : &unknown;
}

const char *jam_trace_kind_name(uint16_t kind)
{
    return find(kind)->name;
}

bool jam_trace_kind_fits(const struct jam_extent *head)
{
    const struct kind *kind = find(head->kind);
    if (!kind->record_bytes || kind->variable || kind->is_whole)
        return true;
    return head->record_bytes >= kind->record_bytes && head->record_bytes % 8 == 0;
}

bool jam_trace_kind_is_whole(uint16_t kind)
{
    return find(kind)->is_whole;
}

bool jam_trace_kind_has_records(uint16_t kind)
{
    return find(kind)->record_bytes != 0;
}

size_t jam_trace_kind_record_bytes(const struct jam_extent *head, const void *record, size_t left)
{
    const struct kind *kind = find(head->kind);
    if (!kind->record_bytes || left < kind->record_bytes)
        return 0;
    if (kind->is_whole)
        return left;
    size_t bytes = kind->variable ? kind->variable(record) : head->record_bytes;
    return bytes <= left ? bytes : 0;
}
