/* One pass over each table of a trace. */
#include "trace/trace_contention.h"

#include "trace/trace_record.h"

static int add_lock(struct jam_trace *trace, struct jam_contention *contention, const void *record)
{
    (void)trace;
    return jam_contention_add_lock(contention, record);
}

static int add_thread(struct jam_trace *trace, struct jam_contention *contention,
                      const void *record)
{
    (void)trace;
    return jam_contention_add_thread(contention, record);
}

static int add_blame(struct jam_trace *trace, struct jam_contention *contention, const void *record)
{
    (void)trace;
    return jam_contention_add_blame(contention, record);
}

static int add_site(struct jam_trace *trace, struct jam_contention *contention, const void *record)
{
    struct jam_contention_found found = {
        .site = record,
        .waits = jam_trace_site_waits(trace, record),
        .holds = jam_trace_site_holds(trace, record),
    };
    return jam_contention_add_site(contention, &found);
}

static const struct {
    enum jam_extent_kind kind;
    int (*add)(struct jam_trace *, struct jam_contention *, const void *);
} tables[] = {
    {JAM_EXTENT_LOCKS, add_lock},
    {JAM_EXTENT_THREADS, add_thread},
    {JAM_EXTENT_SITES, add_site},
    {JAM_EXTENT_BLAME, add_blame},
};

int jam_trace_feed_contention(struct jam_trace *trace, const struct jam_facts *facts,
                              struct jam_contention *contention, struct jam_error *error)
{
    if (jam_contention_add_process(contention, &facts->base, facts->duration_ns) != 0)
        return jam_error_memory(error);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct jam_cursor cursor;
        const void *record;
        jam_cursor_start(&cursor, trace, tables[i].kind);
        while ((record = jam_cursor_next(&cursor)))
            if (tables[i].add(trace, contention, record) != 0)
                return jam_error_memory(error);
    }
    return 0;
}
