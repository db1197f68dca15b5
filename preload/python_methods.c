/*
 * Finding the tables and wrapping their functions.
 *
 * A table is static data of the interpreter's file, found by its contents: an entry with one name,
 * in a table that has a second name too. Names that share a function go on sharing one, because
 * Python compares methods by it.
 */
#include "python_methods.h"
#include "python_arguments.h"
#include "python_lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* --- what is wrapped --- */

enum table { TABLE_LOCK, TABLE_RLOCK, TABLES };

/* Each is told by a pair of names; other tables have "acquire_lock" too. */
static const char *const table_marks[TABLES][2] = {
    [TABLE_LOCK] = {"acquire_lock", "locked_lock"},
    [TABLE_RLOCK] = {"_acquire_restore", "_release_save"},
};

struct row {
    uint8_t table; /* enum table */
    const char *method;
    jam_python_handler *handler;
    unsigned from, before; /* versions: minor << 8 | micro */
};

enum { EVER = UINT16_MAX };

static const struct row rows[] = {
    {TABLE_LOCK, "acquire", jam_python_semaphore_acquire, 0, EVER},
    {TABLE_LOCK, "acquire_lock", jam_python_semaphore_acquire, 0, EVER},
    {TABLE_LOCK, "__enter__", jam_python_semaphore_acquire, 0, EVER},
    {TABLE_RLOCK, "acquire", jam_python_semaphore_acquire, 0, EVER},
    {TABLE_RLOCK, "__enter__", jam_python_semaphore_acquire, 0, EVER},
    {TABLE_RLOCK, "_acquire_restore", jam_python_semaphore_restore, 0, EVER},
};

/* --- wrappers --- */

enum { WRAPPERS = 32 };
static struct jam_python_method wrapped[WRAPPERS];

#define WRAPPER(index)                                                                             \
    static void *wrapper_##index(void *self, void *a, void *b, void *c, void *d, void *e)          \
    {                                                                                              \
        void *const rest[5] = {a, b, c, d, e};                                                     \
        return wrapped[index].handler(&wrapped[index], self, rest, JAM_CALLER());                  \
    }
/* The numbers are octal: 000 to 037. */
#define EIGHT(X, n)     X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7)
#define EACH_WRAPPER(X) EIGHT(X, 00) EIGHT(X, 01) EIGHT(X, 02) EIGHT(X, 03)
EACH_WRAPPER(WRAPPER)

#define WRAPPER_NAME(index) wrapper_##index,
static const jam_python_function wrappers[WRAPPERS] = {EACH_WRAPPER(WRAPPER_NAME)};

/* The wrapper of a function; the same one for the same function. NULL: there are too many. */
static void *wrap_function(void *function, struct jam_python_method method)
{
    method.original = (jam_python_function)function;
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (function == (void *)wrappers[i])
            return function;
        if (wrapped[i].original && wrapped[i].original != method.original)
            continue;
        wrapped[i] = method;
        return (void *)wrappers[i];
    }
    return NULL;
}

/* --- tables --- */

/* struct PyMethodDef. */
struct method {
    const char *name;
    void *function;
    int32_t flags;
    int32_t padding;
    const char *doc;
};

enum { METHODS_MAX = 64 };

/* A search for all tables at once. */
struct search {
    const struct jam_image *image;
    unsigned version;
};

static bool table_has(const struct method *table, const char *name)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++)
        if (strcmp(table[i].name, name) == 0)
            return true;
    return false;
}

static const struct row *row_find(const struct search *search, unsigned table, const char *method)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == table && strcmp(rows[i].method, method) == 0 &&
            search->version >= rows[i].from && search->version < rows[i].before)
            return &rows[i];
    return NULL;
}

/* Data is writable in every interpreter so far; a table that were not would stay as it is. */
static void table_wrap(const struct search *search, struct method *table, unsigned kind)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++) {
        const struct row *row = row_find(search, kind, table[i].name);
        struct jam_python_method method = {.flags = (uint32_t)table[i].flags};
        if (!row)
            continue;
        method.handler = row->handler;
        void *wrapper = wrap_function(table[i].function, method);
        if (wrapper)
            __atomic_store_n(&table[i].function, wrapper, __ATOMIC_RELEASE);
    }
}

static bool is_inside(const struct jam_image *image, const void *address)
{
    return (uint64_t)address >= image->start && (uint64_t)address < image->end;
}

static bool is_entry(const struct jam_image *image, const struct method *entry)
{
    return is_inside(image, entry->name) && is_inside(image, entry->function) && entry->flags > 0 &&
           entry->flags < 0x400 && !entry->padding;
}

static struct method *table_start(const struct jam_image *image, struct method *entry,
                                  const struct method *lowest)
{
    while (entry - 1 >= lowest && is_entry(image, entry - 1))
        entry--;
    return entry;
}

/* Which tables might this entry belong to? */
static void entry_consider(const struct search *search, struct method *entry,
                           const struct method *lowest)
{
    for (unsigned kind = 0; kind < TABLES; kind++) {
        if (strcmp(entry->name, table_marks[kind][0]) != 0)
            continue;
        struct method *table = table_start(search->image, entry, lowest);
        if (table_has(table, table_marks[kind][1]))
            table_wrap(search, table, kind);
    }
}

/* Look at every word of a writable segment as if an entry began there. */
static void segment_search(const struct search *search, const Elf64_Phdr *segment)
{
    uint64_t start = search->image->bias + segment->p_vaddr;
    uint64_t end = start + segment->p_filesz;
    struct method *lowest = (struct method *)((start + 7) & ~7ull);
    for (uint64_t at = (uint64_t)lowest; at + sizeof(struct method) <= end; at += 8)
        if (is_entry(search->image, (struct method *)at))
            entry_consider(search, (struct method *)at, lowest);
}

void jam_python_methods_wrap(const struct jam_image *image, unsigned version)
{
    struct search search = {image, version};
    if (!jam_python_arguments_setup(image, version))
        return;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segment[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_W)
            segment_search(&search, segment);
    }
}
