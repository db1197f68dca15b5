/*
 * The report as a profile of pprof: sample types contentions/count and delay/nanoseconds, a sample
 * for each lock and call stack, labels that name the lock.
 *
 * Addresses are those in the ELF file: a mapping is a whole file. A location is one address with
 * the chain of calls that were inlined there.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/lock_kind.h"
#include "pprof.pb-c.h"
#include "render/render_name.h"
#include "render/render_samples.h"
#include "util/array.h"
#include "util/human.h"
#include "util/progress.h"

/* Things that the profile numbers from 1, by identity. */
struct pool {
    void **items;
    size_t count, capacity;
    struct jam_map numbers;
};

struct building {
    struct jam_report *report;
    struct jam_intern texts;
    struct pool mappings, locations, functions;
    Jam__Pprof__Sample **samples;
    size_t sample_count;
    bool is_out_of_memory;
};

static int64_t text_number(struct building *building, const char *text)
{
    char clean[4096];
    uint32_t number = jam_intern_add(&building->texts, jam_human_clean(text, clean, sizeof clean));
    if (number != JAM_MAP_NONE)
        return number;
    building->is_out_of_memory = true;
    return 0;
}

static void *take(struct building *building, size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (!memory)
        building->is_out_of_memory = true;
    return memory;
}

/* The number of the thing with that key; *is_new says that the caller has to fill pool->items. */
static uint64_t pool_number(struct building *building, struct pool *pool, uint64_t key0,
                            uint64_t key1, bool *is_new)
{
    uint32_t next = (uint32_t)pool->count;
    *is_new = false;
    if (jam_array_reserve(&pool->items, &pool->capacity, pool->count, sizeof *pool->items) != 0) {
        building->is_out_of_memory = true;
        return 0;
    }
    uint32_t at = jam_map_insert(&pool->numbers, key0, key1, next);
    building->is_out_of_memory |= at == JAM_MAP_NONE;
    *is_new = at == next;
    return (uint64_t)at + 1;
}

static uint64_t function_number(struct building *building, const struct jam_symbol_frame *frame)
{
    char place[JAM_NAME_TEXT_BYTES];
    const char *name = frame->function ? frame->function : jam_name_frame(frame, place);
    int64_t name_text = text_number(building, name);
    int64_t file_text = text_number(building, frame->file ? frame->file : "");
    bool is_new;
    uint64_t number = pool_number(building, &building->functions, (uint64_t)name_text,
                                  (uint64_t)file_text, &is_new);
    Jam__Pprof__Function *function = is_new ? take(building, sizeof *function) : NULL;
    if (!function)
        return number;
    jam__pprof__function__init(function);
    function->id = number;
    function->name = function->system_name = name_text;
    function->filename = file_text;
    building->functions.items[building->functions.count++] = function;
    return number;
}

/* 0 for code that is in no file. */
static uint64_t mapping_number(struct building *building, const struct jam_symbol_frame *frame)
{
    if (!frame->module)
        return 0;
    int64_t file_text = text_number(building, frame->module);
    bool is_new;
    uint64_t number = pool_number(building, &building->mappings, (uint64_t)file_text, 0, &is_new);
    Jam__Pprof__Mapping *mapping = is_new ? take(building, sizeof *mapping) : NULL;
    if (mapping) {
        jam__pprof__mapping__init(mapping);
        mapping->id = number;
        mapping->filename = file_text;
        mapping->has_functions = mapping->has_filenames = true;
        mapping->has_line_numbers = mapping->has_inline_frames = true;
        building->mappings.items[building->mappings.count++] = mapping;
    }
    if (building->is_out_of_memory)
        return 0;
    mapping = building->mappings.items[number - 1];
    if (frame->offset >= mapping->memory_limit)
        mapping->memory_limit = frame->offset + 1;
    return number;
}

static void fill_lines(struct building *building, Jam__Pprof__Location *location,
                       const struct jam_symbol_frame *frames, size_t count)
{
    location->line = take(building, count * sizeof *location->line);
    for (size_t i = 0; location->line && i < count; i++) {
        Jam__Pprof__Line *line = take(building, sizeof *line);
        if (!line)
            return;
        jam__pprof__line__init(line);
        line->function_id = function_number(building, &frames[i]);
        line->line = frames[i].line;
        location->line[location->n_line++] = line;
    }
}

/* What tells locations apart: an address, or for code without one (Python) function and line. */
static void identify(struct building *building, const struct jam_symbol_frame *frame,
                     uint64_t mapping, uint64_t key[2])
{
    key[0] = mapping;
    key[1] = frame->offset;
    if (!frame->is_python)
        return;
    key[0] = function_number(building, frame) | UINT64_C(1) << 63;
    key[1] = frame->line;
}

/* frames[0 .. count - 1] are one address: the last has the code, the others are inlined in it. */
static uint64_t location_number(struct building *building, const struct jam_symbol_frame *frames,
                                size_t count)
{
    const struct jam_symbol_frame *frame = &frames[count - 1];
    uint64_t mapping = mapping_number(building, frame);
    uint64_t key[2];
    bool is_new;
    identify(building, frame, mapping, key);
    uint64_t number = pool_number(building, &building->locations, key[0], key[1], &is_new);
    Jam__Pprof__Location *location = is_new ? take(building, sizeof *location) : NULL;
    if (!location)
        return number;
    jam__pprof__location__init(location);
    location->id = number;
    location->mapping_id = mapping;
    location->address = frame->offset;
    building->locations.items[building->locations.count++] = location;
    fill_lines(building, location, frames, count);
    return number;
}

static void fill_stack(struct building *building, Jam__Pprof__Sample *sample,
                       struct jam_frame_list list)
{
    static const struct jam_symbol_frame unknown = {.function = "(unknown)"};
    if (!list.count)
        list = (struct jam_frame_list){.frames = &unknown, .count = 1};
    sample->location_id = take(building, list.count * sizeof *sample->location_id);
    for (size_t i = 0, end; i < list.count && !building->is_out_of_memory; i = end) {
        for (end = i + 1; end < list.count && list.frames[end - 1].is_inlined;)
            end++;
        sample->location_id[sample->n_location_id++] =
            location_number(building, &list.frames[i], end - i);
    }
}

static void add_label(struct building *building, Jam__Pprof__Sample *sample, const char *key,
                      const char *value)
{
    Jam__Pprof__Label *label = take(building, sizeof *label);
    if (!label)
        return;
    jam__pprof__label__init(label);
    label->key = text_number(building, key);
    label->str = text_number(building, value);
    sample->label[sample->n_label++] = label;
}

static int64_t signed_value(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static void add_sample(struct building *building, const struct jam_sample *from)
{
    const struct jam_contention_lock *lock = &building->report->contention.locks[from->lock];
    Jam__Pprof__Sample *sample = take(building, sizeof *sample);
    if (!sample)
        return;
    jam__pprof__sample__init(sample);
    building->samples[building->sample_count++] = sample;
    sample->value = take(building, 2 * sizeof *sample->value);
    sample->label = take(building, 2 * sizeof *sample->label);
    if (!sample->value || !sample->label)
        return;
    sample->n_value = 2;
    sample->value[0] = signed_value(from->count);
    sample->value[1] = signed_value(from->wait_ns);
    add_label(building, sample, "lock", jam_report_lock_name(building->report, from->lock));
    add_label(building, sample, "kind", jam_lock_kind_name(lock->kind));
    fill_stack(building, sample,
               jam_frames_stack(building->report->processes[lock->process].frames, from->stack));
}

static void add_samples(struct building *building, const struct jam_samples *samples)
{
    struct jam_progress progress = jam_progress_start("call stacks", samples->count);
    building->samples = take(building, (samples->count + 1) * sizeof *building->samples);
    for (size_t i = 0; i < samples->count && !building->is_out_of_memory; i++) {
        add_sample(building, &samples->items[i]);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
}

/* Compresses what protobuf-c hands out on its way to a stream. */
struct gzip {
    ProtobufCBuffer base;
    z_stream deflate;
    FILE *out;
    unsigned char buffer[16384];
};

static void gzip_run(struct gzip *gzip, int flush)
{
    do {
        gzip->deflate.next_out = gzip->buffer;
        gzip->deflate.avail_out = sizeof gzip->buffer;
        deflate(&gzip->deflate, flush);
        fwrite(gzip->buffer, 1, sizeof gzip->buffer - gzip->deflate.avail_out, gzip->out);
    } while (gzip->deflate.avail_out == 0);
}

static void gzip_append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data)
{
    struct gzip *gzip = (struct gzip *)buffer;
    gzip->deflate.next_in = (Bytef *)data;
    gzip->deflate.avail_in = (uInt)length;
    gzip_run(gzip, Z_NO_FLUSH);
}

static int write_gzipped(const Jam__Pprof__Profile *profile, FILE *out)
{
    enum { GZIP_HEADER = 16 }; /* added to the window bits */
    struct gzip gzip = {.base.append = gzip_append, .out = out};
    if (deflateInit2(&gzip.deflate, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + GZIP_HEADER, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return -1;
    jam__pprof__profile__pack_to_buffer(profile, &gzip.base);
    gzip_run(&gzip, Z_FINISH);
    deflateEnd(&gzip.deflate);
    return 0;
}

static int write_profile(struct building *building, const struct jam_export_view *view, FILE *out)
{
    Jam__Pprof__ValueType type[2] = {JAM__PPROF__VALUE_TYPE__INIT, JAM__PPROF__VALUE_TYPE__INIT};
    Jam__Pprof__ValueType *types[2] = {&type[0], &type[1]};
    Jam__Pprof__Profile profile = JAM__PPROF__PROFILE__INIT;
    type[0].type = text_number(building, "contentions");
    type[0].unit = text_number(building, "count");
    type[1].type = text_number(building, "delay");
    type[1].unit = text_number(building, "nanoseconds");
    int64_t comment = text_number(building, view->side == JAM_SIDE_WAITER
                                                ? "lockjam: call stacks that waited"
                                                : "lockjam: call stacks that made others wait");
    if (building->is_out_of_memory)
        return -1;
    profile.n_sample_type = 2;
    profile.sample_type = types;
    profile.period_type = &type[0];
    profile.period = 1;
    profile.default_sample_type = type[1].type;
    profile.n_comment = 1;
    profile.comment = &comment;
    profile.time_nanos = signed_value(building->report->processes[0].facts.start_realtime_ns);
    profile.duration_nanos = signed_value(jam_report_duration_ns(building->report));
    profile.n_sample = building->sample_count;
    profile.sample = building->samples;
    profile.n_mapping = building->mappings.count;
    profile.mapping = (Jam__Pprof__Mapping **)building->mappings.items;
    profile.n_location = building->locations.count;
    profile.location = (Jam__Pprof__Location **)building->locations.items;
    profile.n_function = building->functions.count;
    profile.function = (Jam__Pprof__Function **)building->functions.items;
    profile.n_string_table = building->texts.count;
    profile.string_table = building->texts.texts;
    return write_gzipped(&profile, out);
}

static void free_location(Jam__Pprof__Location *location)
{
    for (size_t i = 0; i < location->n_line; i++)
        free(location->line[i]);
    free(location->line);
}

static void free_sample(Jam__Pprof__Sample *sample)
{
    if (!sample)
        return;
    for (size_t i = 0; i < sample->n_label; i++)
        free(sample->label[i]);
    free(sample->label);
    free(sample->value);
    free(sample->location_id);
    free(sample);
}

static void free_pool(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        free(pool->items[i]);
    free(pool->items);
    jam_map_fini(&pool->numbers);
}

static void finish(struct building *building)
{
    for (size_t i = 0; i < building->sample_count; i++)
        free_sample(building->samples[i]);
    free(building->samples);
    for (size_t i = 0; i < building->locations.count; i++)
        free_location(building->locations.items[i]);
    free_pool(&building->locations);
    free_pool(&building->mappings);
    free_pool(&building->functions);
    jam_intern_fini(&building->texts);
}

int jam_export_pprof(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                     struct jam_error *error)
{
    struct building building = {.report = report};
    struct jam_samples samples;
    text_number(&building, ""); /* the format wants it first */
    int status = jam_samples_init(&samples, report, view);
    if (!status)
        add_samples(&building, &samples);
    if (status || building.is_out_of_memory || write_profile(&building, view, out) != 0)
        status = jam_error_memory(error);
    finish(&building);
    jam_samples_fini(&samples);
    return status;
}
