/* One pass over each table that the search wants to know. */
#include "trace/trace_lock_order.h"

#include "core/order/lock_order.h"
#include "trace/trace_record.h"

static int add_lock(struct jam_lock_order *order, const void *record)
{
    return jam_lock_order_add_lock(order, record);
}

static int add_thread(struct jam_lock_order *order, const void *record)
{
    return jam_lock_order_add_thread(order, record);
}

static int add_dependency(struct jam_lock_order *order, const void *record)
{
    return jam_lock_order_add_dependency(order, record);
}

static int add_order(struct jam_lock_order *order, const void *record)
{
    return jam_lock_order_add_order(order, record);
}

static int add_site(struct jam_lock_order *order, const void *record)
{
    return jam_lock_order_add_site(order, record);
}

static const struct {
    enum jam_extent_kind kind;
    int (*add)(struct jam_lock_order *, const void *);
} tables[] = {
    {JAM_EXTENT_LOCKS, add_lock},   {JAM_EXTENT_THREADS, add_thread},
    {JAM_EXTENT_ORDERS, add_order}, {JAM_EXTENT_DEPENDENCIES, add_dependency},
    {JAM_EXTENT_SITES, add_site},
};

static int feed(struct jam_trace *trace, struct jam_lock_order *order)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct jam_cursor cursor;
        const void *record;
        jam_cursor_start(&cursor, trace, tables[i].kind);
        while ((record = jam_cursor_next(&cursor)))
            if (tables[i].add(order, record) != 0)
                return -1;
    }
    return 0;
}

int jam_trace_feed_lock_order(struct jam_trace *trace, const struct jam_facts *facts,
                              struct jam_findings *findings, struct jam_error *error)
{
    (void)facts;
    struct jam_lock_order *order = jam_lock_order_new();
    int status = order ? feed(trace, order) : -1;
    if (!status)
        status = jam_lock_order_finish(order, findings);
    jam_lock_order_free(order);
    return status ? jam_error_memory(error) : 0;
}
