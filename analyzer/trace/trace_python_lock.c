/* Python frames of a creating stack, the source line of its call site, and the rules of core/. */
#include "trace/trace_python_lock.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trace/trace_record.h"
#include "core/function_name.h"
#include "util/array.h"
#include "util/intern.h"
#include "util/map.h"

enum { LINE_BYTES = 512 }; /* longer lines are cut: the target stands at their beginning */

struct jam_python_locks {
    struct jam_trace *trace;
    const struct jam_python_names *names;
    char *directory;                /* of the process, "" = unknown */
    struct jam_python_lock **known; /* NULL = no Python frame */
    size_t count, capacity;
    struct jam_map by_stack;
    struct jam_map made;         /* created_stack -> enum jam_python_made, where it is known */
    struct jam_intern functions; /* with their classes, of versions that tell none */
};

static char *read_directory(struct jam_trace *trace)
{
    struct jam_cursor cursor;
    const struct jam_string *string;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_STRINGS);
    while ((string = jam_cursor_next(&cursor)))
        if (string->key == JAM_STRING_DIRECTORY)
            return strndup(string->text, string->length);
    return strdup("");
}

void jam_python_locks_free(struct jam_python_locks *locks)
{
    if (!locks)
        return;
    for (size_t i = 0; i < locks->count; i++)
        free(locks->known[i]);
    free(locks->known);
    free(locks->directory);
    jam_map_fini(&locks->by_stack);
    jam_map_fini(&locks->made);
    jam_intern_fini(&locks->functions);
    free(locks);
}

static enum jam_python_made made_of(const struct jam_lock_record *lock)
{
    if (lock->flags & (JAM_LOCK_OF_LOCK | JAM_LOCK_OF_RLOCK))
        return lock->flags & JAM_LOCK_OF_LOCK ? JAM_PYTHON_MADE_LOCK : JAM_PYTHON_MADE_RLOCK;
    return lock->value ? JAM_PYTHON_MADE_SOMETHING : JAM_PYTHON_MADE_WAIT;
}

static int read_made(struct jam_python_locks *locks)
{
    struct jam_cursor cursor;
    const struct jam_lock_record *lock;
    jam_cursor_start(&cursor, locks->trace, JAM_EXTENT_LOCKS);
    while ((lock = jam_cursor_next(&cursor))) {
        enum jam_python_made made = made_of(lock);
        if (lock->kind == JAM_LOCK_SEM && lock->created_stack && made &&
            jam_map_insert(&locks->made, lock->created_stack, 0, made) == JAM_MAP_NONE)
            return -1;
    }
    return 0;
}

struct jam_python_locks *jam_python_locks_new(struct jam_trace *trace,
                                              const struct jam_python_names *names)
{
    struct jam_python_locks *locks = calloc(1, sizeof *locks);
    if (!locks)
        return NULL;
    locks->trace = trace;
    locks->names = names;
    locks->directory = read_directory(trace);
    if (locks->directory && read_made(locks) == 0)
        return locks;
    jam_python_locks_free(locks);
    return NULL;
}

/* A line of source, and the class that it is in. */
struct source {
    char line[LINE_BYTES];
    char owner[LINE_BYTES];
};

static size_t indentation(const char *line)
{
    return strspn(line, " \t");
}

/* Remembers `class NAME` lines; one that is indented no less than its successor is over. */
static void note_class(struct source *source, size_t *depth, const char *line)
{
    size_t at = indentation(line);
    bool is_empty = strchr("\r\n#", line[at]) != NULL;
    if (!is_empty && source->owner[0] && at <= *depth)
        source->owner[0] = '\0';
    if (strncmp(line + at, "class ", 6) != 0)
        return;
    const char *name = line + at + 6;
    snprintf(source->owner, sizeof source->owner, "%.*s", (int)strcspn(name, " (:\r\n"), name);
    *depth = at;
}

/* A source file as it was when the program ran: one that was changed since tells nothing. */
static FILE *open_source(const struct jam_python_locks *locks, const char *name)
{
    char path[PATH_MAX];
    struct stat facts;
    if (!name || !name[0] || name[0] == '<' || (name[0] != '/' && !locks->directory[0]))
        return NULL;
    snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : locks->directory,
             name[0] == '/' ? "" : "/", name);
    FILE *file = stat(path, &facts) == 0 && S_ISREG(facts.st_mode) ? fopen(path, "re") : NULL;
    uint64_t start_seconds = locks->trace->header.start_realtime_ns / 1000000000;
    if (file && (uint64_t)facts.st_mtime > start_seconds) {
        fclose(file);
        return NULL;
    }
    return file;
}

/* False if the file is not at hand, or has no such line. */
static bool read_source(const struct jam_python_locks *locks, const char *path, unsigned number,
                        struct source *source)
{
    FILE *file = open_source(locks, path);
    size_t depth = 0;
    unsigned at = 0;
    source->owner[0] = '\0';
    while (file && at < number && fgets(source->line, sizeof source->line, file)) {
        note_class(source, &depth, source->line);
        bool is_whole = strchr(source->line, '\n') != NULL;
        for (int c = 0; !is_whole && c != EOF && c != '\n';)
            c = fgetc(file);
        at++;
    }
    if (file)
        fclose(file);
    return number && at == number;
}

/* "Event.wait" for "wait" of threading.py, from the library's source: Python has it from 3.11 on. */
static void add_class(struct jam_python_locks *locks, struct jam_python_place *place)
{
    struct source source;
    char name[2 * LINE_BYTES];
    if (!place->function || strchr(place->function, '.') || place->function[0] == '<' ||
        !jam_function_is_python_plumbing(place->file) ||
        !read_source(locks, place->file, place->line, &source) || !source.owner[0])
        return;
    snprintf(name, sizeof name, "%s.%.*s", source.owner, LINE_BYTES - 2, place->function);
    uint32_t number = jam_intern_add(&locks->functions, name);
    if (number != JAM_MAP_NONE)
        place->function = jam_intern_text(&locks->functions, number);
}

/* The Python frames of a stack; their number, 0 = none. */
static size_t read_places(struct jam_python_locks *locks, const struct jam_stack *stack,
                          struct jam_python_place places[JAM_MAX_FRAMES])
{
    size_t count = 0;
    for (unsigned i = 0; i < stack->depth; i++) {
        uint64_t word = stack->frames[i];
        if (word >> JAM_FRAME_KIND_SHIFT != JAM_FRAME_PYTHON)
            continue;
        struct jam_symbol_frame frame = jam_python_names_frame(locks->names, word);
        places[count] = (struct jam_python_place){frame.function, frame.file, frame.line};
        add_class(locks, &places[count++]);
    }
    return count;
}

/* The n-th word of a Python frame. */
static uint64_t python_word(const struct jam_stack *stack, size_t n)
{
    for (unsigned i = 0; i < stack->depth; i++)
        if (stack->frames[i] >> JAM_FRAME_KIND_SHIFT == JAM_FRAME_PYTHON && n-- == 0)
            return stack->frames[i];
    return 0;
}

const char *jam_python_locks_method(struct jam_python_locks *locks, uint32_t stack_ref)
{
    struct jam_python_place places[JAM_MAX_FRAMES];
    const struct jam_stack *stack = jam_trace_stack(locks->trace, stack_ref);
    size_t count = stack ? read_places(locks, stack, places) : 0;
    size_t site = count ? jam_python_site(places, count) : 0;
    if (!count ||
        jam_function_python_role(places[site].function, places[site].file) != JAM_PYTHON_PROGRAM)
        return count ? places[site].function : NULL; /* called by the library itself */
    return site ? places[site - 1].function : NULL;
}

static struct jam_python_lock *describe(struct jam_python_locks *locks, uint32_t stack_ref)
{
    struct jam_python_place places[JAM_MAX_FRAMES];
    struct source source;
    const struct jam_stack *stack = jam_trace_stack(locks->trace, stack_ref);
    struct jam_python_creation creation = {.places = places};
    creation.count = stack ? read_places(locks, stack, places) : 0;
    struct jam_python_lock *lock = creation.count ? calloc(1, sizeof *lock) : NULL;
    if (!lock)
        return NULL;
    size_t at = jam_python_site(places, creation.count);
    const struct jam_python_place *site = &places[at];
    creation.column = jam_python_names_column(locks->names, python_word(stack, at));
    if (read_source(locks, site->file, site->line, &source)) {
        creation.source = source.line;
        creation.owner = source.owner[0] ? source.owner : NULL;
    }
    uint32_t made = jam_map_find(&locks->made, stack_ref, 0);
    creation.made = made == JAM_MAP_NONE ? JAM_PYTHON_MADE_SOMETHING : made;
    jam_python_lock_describe(lock, &creation);
    return lock;
}

const struct jam_python_lock *jam_python_locks_find(struct jam_python_locks *locks,
                                                    uint32_t stack_ref)
{
    uint32_t next = (uint32_t)locks->count;
    if (!stack_ref ||
        jam_array_reserve(&locks->known, &locks->capacity, locks->count, sizeof *locks->known) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&locks->by_stack, stack_ref, 0, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next) {
        locks->known[at] = describe(locks, stack_ref);
        locks->count++;
    }
    return locks->known[at];
}
