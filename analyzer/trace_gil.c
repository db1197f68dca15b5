/* Finds four objects at the right distances, all made by init functions. */
#include "trace_gil.h"

#include "trace_record.h"

static const struct {
    uint64_t offset; /* from the condition */
    uint16_t kind;
} shape[JAM_GIL_PARTS] = {
    [JAM_GIL_COND] = {0, JAM_LOCK_COND},
    [JAM_GIL_MUTEX] = {0x30, JAM_LOCK_MUTEX},
    [JAM_GIL_SWITCH_COND] = {0x58, JAM_LOCK_COND},
    [JAM_GIL_SWITCH_MUTEX] = {0x88, JAM_LOCK_MUTEX},
};

bool jam_trace_has_python(struct jam_trace *trace)
{
    struct jam_cursor cursor;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_PYTHON);
    return jam_cursor_next(&cursor) != NULL;
}

/* Ids of mutexes and conditions by address and kind; the one that lives there, or lived last. */
static int index_locks(struct jam_trace *trace, struct jam_map *by_address)
{
    struct jam_cursor cursor;
    const struct jam_lock_record *lock;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LOCKS);
    while ((lock = jam_cursor_next(&cursor))) {
        bool is_part = lock->kind == JAM_LOCK_COND || lock->kind == JAM_LOCK_MUTEX;
        if (is_part && lock->flags & JAM_LOCK_INITIALIZED && lock->id < JAM_MAP_NONE &&
            jam_map_insert(by_address, lock->address, lock->kind, lock->id) == JAM_MAP_NONE)
            return -1;
    }
    return 0;
}

static int note_gil(const struct jam_map *by_address, uint64_t address, struct jam_map *parts)
{
    uint32_t ids[JAM_GIL_PARTS];
    for (unsigned i = 0; i < JAM_GIL_PARTS; i++) {
        ids[i] = jam_map_find(by_address, address + shape[i].offset, shape[i].kind);
        if (ids[i] == JAM_MAP_NONE)
            return 0;
    }
    for (unsigned i = 0; i < JAM_GIL_PARTS; i++)
        if (jam_map_insert(parts, ids[i], 0, i) == JAM_MAP_NONE)
            return -1;
    return 0;
}

int jam_trace_find_gils(struct jam_trace *trace, struct jam_map *parts)
{
    struct jam_map by_address = {0};
    struct jam_cursor cursor;
    const struct jam_lock_record *lock;
    if (!jam_trace_has_python(trace))
        return 0;
    int status = index_locks(trace, &by_address);
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LOCKS);
    while (!status && (lock = jam_cursor_next(&cursor)))
        if (lock->kind == JAM_LOCK_COND)
            status = note_gil(&by_address, lock->address, parts);
    jam_map_fini(&by_address);
    return status;
}
