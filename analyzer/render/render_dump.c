/* `lockjam dump`: walks every table once. */
#include "render/render_dump.h"

#include <inttypes.h>
#include <string.h>

#include "core/contention/contention.h"
#include "render/render_fields.h"
#include "render/render_name.h"
#include "trace/trace_kind.h"
#include "trace/trace_record.h"
#include "util/human.h"

#define TEXT_BYTES 8192

static void put_fields(const struct jam_dump *dump, const struct jam_field *fields,
                       const void *record)
{
    jam_fields_print(fields, record, &dump->facts->base, dump->out);
}

/* What stands behind the fixed fields of a record; NULL = nothing. */
typedef void tail_function(const struct jam_dump *dump, const struct jam_cursor *cursor,
                           const void *record);

static void put_string(const struct jam_dump *dump, const struct jam_cursor *cursor,
                       const void *record)
{
    static const char *const keys[] = {
        [JAM_STRING_EXECUTABLE] = "executable",
        [JAM_STRING_ARGUMENT] = "argument",
        [JAM_STRING_DIRECTORY] = "directory",
        [JAM_STRING_VERSION] = "version",
        [JAM_STRING_NAME] = "name",
    };
    const struct jam_string *string = record;
    bool is_known = string->key && string->key < sizeof keys / sizeof keys[0];
    (void)cursor;
    fprintf(dump->out, " key=%s", is_known ? keys[string->key] : "unknown");
    jam_field_print_text(dump->out, "text", string->text, string->length);
}

static void put_module(const struct jam_dump *dump, const struct jam_cursor *cursor,
                       const void *record)
{
    const struct jam_module *module = record;
    (void)cursor;
    fputs(" build_id=", dump->out);
    for (unsigned i = 0; i < module->build_id_bytes; i++)
        fprintf(dump->out, "%02x", module->build_id[i]);
    jam_field_print_text(dump->out, "path", module->path, module->path_bytes);
}

static void put_thread(const struct jam_dump *dump, const struct jam_cursor *cursor,
                       const void *record)
{
    const struct jam_thread_record *thread = record;
    (void)cursor;
    jam_field_print_text(dump->out, "name", thread->name, sizeof thread->name);
    jam_field_print_text(dump->out, "title", thread->title, sizeof thread->title);
}

static void put_lock(const struct jam_dump *dump, const struct jam_cursor *cursor,
                     const void *record)
{
    const struct jam_lock_record *lock = record;
    const struct jam_contention_lock named = {
        .id = lock->id,
        .generation = lock->generation & ~JAM_GENERATION_ENDED,
        .kind = lock->kind,
        .address = lock->address,
        .created_stack = lock->created_stack,
        .first_stack = lock->first_stack,
        .thread = lock->thread,
        .name = lock->name_string,
    };
    char name[JAM_NAME_TEXT_BYTES];
    (void)cursor;
    if (dump->frames)
        jam_field_print_text(dump->out, "name",
                             jam_name_lock(dump->frames, dump->trace, &named, name), sizeof name);
}

static void put_symbols(const struct jam_dump *dump, uint32_t stack_ref)
{
    struct jam_frame_list list = jam_frames_stack(dump->frames, stack_ref);
    char text[TEXT_BYTES] = "";
    char name[JAM_NAME_TEXT_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < list.count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", i ? "; " : "",
                                 jam_name_frame(&list.frames[i], name),
                                 list.frames[i].is_inlined ? " (inlined)" : "");
    jam_field_print_text(dump->out, "symbols", text, sizeof text);
}

static void put_stack(const struct jam_dump *dump, const struct jam_cursor *cursor,
                      const void *record)
{
    const struct jam_stack *stack = record;
    uint32_t ref = (uint32_t)(cursor->offset / JAM_STACK_UNIT);
    fprintf(dump->out, " ref=%u frames=", ref);
    for (unsigned i = 0; i < stack->depth; i++)
        fprintf(dump->out, "%s0x%" PRIx64, i ? "," : "", stack->frames[i]);
    if (dump->frames)
        put_symbols(dump, ref);
}

/* Buckets that count something, as bucket:count pairs. */
static void put_buckets(const struct jam_dump *dump, const struct jam_histogram *histogram)
{
    const char *separator = "";
    fputs(" buckets=", dump->out);
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++) {
        if (!histogram->count[i])
            continue;
        fprintf(dump->out, "%s%u:%" PRIu64, separator, i, histogram->count[i]);
        separator = ",";
    }
}

static void put_code(const struct jam_dump *dump, const struct jam_cursor *cursor,
                     const void *record)
{
    const struct jam_python_code *code = record;
    (void)cursor;
    jam_field_print_text(dump->out, "name", code->text, code->name_bytes);
    jam_field_print_text(dump->out, "file", code->text + code->name_bytes, code->file_bytes);
}

static void put_ref(const struct jam_dump *dump, const struct jam_cursor *cursor)
{
    fprintf(dump->out, " ref=%" PRIu64, cursor->offset / JAM_REF_UNIT);
}

static void put_lane_of(const struct jam_dump *dump, const struct jam_cursor *cursor,
                        const void *record)
{
    (void)record;
    fprintf(dump->out, " lane=%u", cursor->extent->head.owner_lane);
}

static void put_nothing(const struct jam_dump *dump, const struct jam_cursor *cursor,
                        const void *record)
{
    (void)dump;
    (void)cursor;
    (void)record;
}

static void put_waits(const struct jam_dump *dump, const struct jam_cursor *cursor,
                      const void *record)
{
    const struct jam_wait_totals *waits = record;
    put_ref(dump, cursor);
    put_lane_of(dump, cursor, record);
    put_buckets(dump, &waits->wait);
}

static void put_holds(const struct jam_dump *dump, const struct jam_cursor *cursor,
                      const void *record)
{
    put_ref(dump, cursor);
    put_lane_of(dump, cursor, record);
    put_buckets(dump, record);
}

static void put_dependency(const struct jam_dump *dump, const struct jam_cursor *cursor,
                           const void *record)
{
    const struct jam_dependency *dependency = record;
    put_lane_of(dump, cursor, record);
    fputs(" threads=", dump->out);
    for (unsigned i = 0; i < JAM_DEPENDENCY_INSTANCES && dependency->instance[i].thread; i++)
        fprintf(dump->out, "%s%u.%u", i ? "," : "", dependency->instance[i].thread,
                dependency->instance[i].segment);
    fputs(" held=", dump->out);
    for (unsigned i = 0; i < dependency->held_count; i++) {
        const struct jam_dependency_held *held = &dependency->held[i];
        fprintf(dump->out, "%s%u.%u:%s:%u:%u", i ? "," : "", held->lock, held->generation,
                held->mode == JAM_SHARED ? "shared" : "exclusive", held->stack, held->flags);
    }
}

/* A lane's line is followed by one for its wait word and one for each lock that it holds. */
static void put_lane(const struct jam_dump *dump, const struct jam_cursor *cursor,
                     const void *record)
{
    const struct jam_lane *lane = record;
    const struct jam_held *held;
    size_t count = jam_trace_held(dump->trace, lane, &held);
    (void)cursor;
    fprintf(dump->out, "\nwaiting lane=%u thread=%u", lane->number, lane->thread);
    put_fields(dump, jam_wait_word_fields, &lane->wait);
    for (size_t i = 0; i < count; i++) {
        fprintf(dump->out, "\nheld lane=%u thread=%u", lane->number, lane->thread);
        put_fields(dump, jam_held_fields, &held[i]);
    }
}

/* The last contended holds of a lock, oldest first, a line for each. */
static void put_holders(const struct jam_dump *dump, const struct jam_cursor *cursor,
                        const void *record)
{
    const struct jam_holders *holders = record;
    put_ref(dump, cursor);
    fprintf(dump->out, " lock=%u last_stack=%u last_thread=%u", holders->lock, holders->last_stack,
            holders->last_thread);
    for (uint32_t i = 0; i < JAM_HOLDERS; i++) {
        if (!holders->holder[i].stack)
            continue;
        fprintf(dump->out, "\nholder lock=%u", holders->lock);
        put_fields(dump, jam_holder_fields, &holders->holder[i]);
    }
}

static const struct jam_field no_fields[] = {{NULL, 0, 0, JAM_FIELD_NUMBER}};

/* In the order in which a reader needs them: what is referred to comes first. */
static const struct {
    enum jam_extent_kind kind;
    const char *word;
    const struct jam_field *fields;
    tail_function *tail;
} tables[] = {
    {JAM_EXTENT_STRINGS, "string", no_fields, put_string},
    {JAM_EXTENT_MODULES, "module", jam_module_fields, put_module},
    {JAM_EXTENT_STACKS, "stack", jam_stack_fields, put_stack},
    {JAM_EXTENT_PYTHON, "code", jam_python_fields, put_code},
    {JAM_EXTENT_THREADS, "thread", jam_thread_fields, put_thread},
    {JAM_EXTENT_LOCKS, "lock", jam_lock_fields, put_lock},
    {JAM_EXTENT_SITES, "site", jam_site_fields, put_lane_of},
    {JAM_EXTENT_WAITS, "waits", jam_waits_fields, put_waits},
    {JAM_EXTENT_HISTOGRAMS, "holds", no_fields, put_holds},
    {JAM_EXTENT_BLAME, "blame", jam_blame_fields, put_lane_of},
    {JAM_EXTENT_DEPENDENCIES, "dependency", jam_dependency_fields, put_dependency},
    {JAM_EXTENT_ORDERS, "order", jam_order_fields, put_lane_of},
    {JAM_EXTENT_MISUSE, "misuse", jam_misuse_fields, put_nothing},
    {JAM_EXTENT_RETRIES, "retry", jam_retry_fields, put_lane_of},
    {JAM_EXTENT_HOLDERS, "holders", no_fields, put_holders},
    {JAM_EXTENT_LANE, "lane", jam_lane_fields, put_lane},
};

static void dump_header(const struct jam_dump *dump)
{
    const struct jam_header *header = &dump->trace->header;
    fputs("trace", dump->out);
    put_fields(dump, jam_header_fields, header);
    jam_field_print_text(dump->out, "run_id", header->run_id, sizeof header->run_id);
    fputc('\n', dump->out);
    for (unsigned i = 0; i < JAM_LOSS_KINDS; i++) {
        if (!header->lost[i])
            continue;
        fprintf(dump->out, "lost kind=%u count=%" PRIu64, i, header->lost[i]);
        jam_field_print_text(dump->out, "meaning", jam_facts_loss_text(i),
                             strlen(jam_facts_loss_text(i)));
        fputc('\n', dump->out);
    }
}

static void dump_extents(const struct jam_dump *dump)
{
    for (size_t i = 0; i < dump->trace->extent_count; i++) {
        const struct jam_trace_extent *extent = &dump->trace->extents[i];
        fprintf(dump->out, "extent offset=%" PRIu64 " kind=%s", extent->offset,
                jam_trace_kind_name(extent->head.kind));
        put_fields(dump, jam_extent_fields, &extent->head);
        fputc('\n', dump->out);
    }
}

static void dump_table(const struct jam_dump *dump, size_t table)
{
    struct jam_cursor cursor;
    const void *record;
    jam_cursor_start(&cursor, dump->trace, tables[table].kind);
    while ((record = jam_cursor_next(&cursor))) {
        fputs(tables[table].word, dump->out);
        put_fields(dump, tables[table].fields, record);
        tables[table].tail(dump, &cursor, record);
        fputc('\n', dump->out);
    }
}

static void dump_damage(const struct jam_dump *dump)
{
    const struct jam_trace_damage *damage = &dump->trace->damage;
    if (!damage->count)
        return;
    fprintf(dump->out, "damage count=%" PRIu64 " bytes=%" PRIu64 " first_offset=%" PRIu64,
            damage->count, damage->bytes, damage->first_offset);
    jam_field_print_text(dump->out, "reason", damage->reason, strlen(damage->reason));
    fputc('\n', dump->out);
}

int jam_dump_trace(const struct jam_dump *dump, struct jam_error *error)
{
    dump_header(dump);
    dump_extents(dump);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        dump_table(dump, i);
    int status = jam_dump_events(dump, error);
    dump_damage(dump);
    return status;
}
