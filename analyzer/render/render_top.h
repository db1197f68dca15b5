/*
 * What a running program's locks do now: the difference of two readings of its trace.
 *
 *      jam_top_read    reads the trace again; what was read before becomes the other end
 *      jam_top_print   prints the picture
 *
 * A wait is in the totals only when it is over. So the waiting time of an interval is the growth of
 * (finished waits + waits that last): threads that are blocked all the time count all the time.
 *
 * Reading copies the tables of the trace, without its rings; the program is not stopped and does
 * not notice. Names are looked up once and kept.
 */
#ifndef JAM_RENDER_TOP_H
#define JAM_RENDER_TOP_H

#include "render/render_waiting.h"

/* What the tables are sorted by; the names of the choices of --sort. */
enum jam_top_sort { JAM_TOP_WAIT, JAM_TOP_WAITS, JAM_TOP_ACQUIRED, JAM_TOP_HELD, JAM_TOP_SORTS };
extern const char *const jam_top_sort_choices[];

/* Growth within the interval. */
struct jam_top_row {
    uint32_t lock;  /* index into the present contention.locks */
    uint32_t stack; /* call sites: stack_ref */
    uint64_t value[JAM_TOP_SORTS];
};

struct jam_top {
    char *path; /* of the trace; the caller's */
    struct jam_report report;
    struct jam_map before; /* what the totals were, by (lock, generation or stack): values */
    uint64_t (*values)[JAM_TOP_SORTS];
    size_t value_count, value_capacity;
    struct jam_top_row *locks, *sites;
    size_t lock_count, lock_capacity, site_count, site_capacity;
    struct jam_waitings waitings;
    struct jam_intern names;
    struct jam_map name_map; /* (lock, generation) or (stack_ref, 1 << 32): number of the name */
    uint64_t interval_ns;    /* between the last two readings, 0 = only one was made */
    uint64_t at_ns;
    bool has_report;
};

struct jam_top_view {
    enum jam_top_sort sort;
    size_t columns, rows; /* rows: 0 = as many as it takes */
    uint32_t
        selected;  /* id of the chosen lock, wherever its row stands; 0 = that of the first row */
    uint32_t lock; /* id of the lock that is drilled into, 0 = all locks */
    bool is_color, has_keys;
    bool is_paused;
};

/*
 * Only what something happened to in the interval gets a row, and the lock with the id `kept` (0 = none):
 * one that somebody looks at does not leave because it is quiet.
 *
 * 0 or a negative error: the trace is gone or cannot be read, no memory.
 */
int jam_top_read(struct jam_top *top, uint32_t kept, struct jam_error *error);
void jam_top_fini(struct jam_top *top);

/* Sorts as the view wants, and prints at most view->rows lines. */
void jam_top_print(struct jam_top *top, const struct jam_top_view *view, FILE *out);

/*
 * The table of locks as last printed: the id of the lock in a row, 0 if there is none; and the row of
 * a lock, the first if it has none.
 */
uint32_t jam_top_lock_at(const struct jam_top *top, size_t row);
size_t jam_top_row_of(const struct jam_top *top, uint32_t lock);

#endif
