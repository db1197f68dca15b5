/*
 * Finding the tables and wrapping their functions.
 *
 * A table is static data of the interpreter's file, found by its contents: an entry with one name,
 * in a table that has a second name too. Names that share a function go on sharing one, because
 * Python compares methods by it.
 */
#include "python/python_methods.h"
#include "python/python_arguments.h"
#include "python/python_lock.h"
#include "python/python_thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* --- what is wrapped --- */

enum table { TABLE_LOCK, TABLE_RLOCK, TABLE_MODULE, TABLES };

/* Each is told by a pair of names; other tables have "acquire_lock" too. */
static const struct {
    const char *mark[2];
    uint16_t lock_flags; /* what its functions work on: of enum jam_lock_flags */
} tables[TABLES] = {
    [TABLE_LOCK] = {{"acquire_lock", "locked_lock"}, JAM_LOCK_OF_LOCK},
    [TABLE_RLOCK] = {{"_acquire_restore", "_release_save"}, JAM_LOCK_OF_RLOCK},
    [TABLE_MODULE] = {{"start_new_thread", "allocate_lock"}, JAM_LOCK_OF_LOCK}, /* _thread */
};

/* Py_tp_dealloc, Py_tp_methods and Py_tp_new of Include/typeslots.h. */
enum { SLOT_DEALLOC = 52, SLOT_METHODS = 64, SLOT_NEW = 65 };

/* Versions: minor << 8 | micro. From these on a lock is a byte. */
enum { LOCK_BYTES = 13 << 8 | 1, RLOCK_BYTES = 14 << 8, EVER = UINT16_MAX };

/* A function of a method table, or one that stands with the table in the slots of a type. */
struct row {
    uint8_t table;      /* enum table */
    uint8_t slot;       /* 0: ... */
    const char *method; /* ... the method of this name */
    jam_python_handler *handler;
    uint16_t from, before; /* versions */
};

static const struct row rows[] = {
    {TABLE_LOCK, 0, "acquire", jam_python_semaphore_acquire, 0, LOCK_BYTES},
    {TABLE_LOCK, 0, "acquire_lock", jam_python_semaphore_acquire, 0, LOCK_BYTES},
    {TABLE_LOCK, 0, "__enter__", jam_python_semaphore_acquire, 0, LOCK_BYTES},
    {TABLE_LOCK, 0, "acquire", jam_python_mutex_acquire, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "acquire_lock", jam_python_mutex_acquire, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "__enter__", jam_python_mutex_acquire, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "release", jam_python_mutex_release, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "release_lock", jam_python_mutex_release, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "__exit__", jam_python_mutex_release, LOCK_BYTES, EVER},
    {TABLE_LOCK, 0, "_at_fork_reinit", jam_python_mutex_reinit, LOCK_BYTES, EVER},
    {TABLE_LOCK, SLOT_NEW, NULL, jam_python_mutex_create, LOCK_BYTES, EVER},
    {TABLE_LOCK, SLOT_DEALLOC, NULL, jam_python_mutex_destroy, LOCK_BYTES, EVER},
    {TABLE_MODULE, 0, "allocate_lock", jam_python_mutex_create, LOCK_BYTES, EVER},
    {TABLE_MODULE, 0, "allocate", jam_python_mutex_create, LOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "acquire", jam_python_semaphore_acquire, 0, RLOCK_BYTES},
    {TABLE_RLOCK, 0, "__enter__", jam_python_semaphore_acquire, 0, RLOCK_BYTES},
    {TABLE_RLOCK, 0, "_acquire_restore", jam_python_semaphore_restore, 0, RLOCK_BYTES},
    {TABLE_RLOCK, 0, "acquire", jam_python_mutex_acquire, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "__enter__", jam_python_mutex_acquire, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "_acquire_restore", jam_python_mutex_restore, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "release", jam_python_mutex_release, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "__exit__", jam_python_mutex_release, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "_release_save", jam_python_mutex_release_save, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, 0, "_at_fork_reinit", jam_python_mutex_reinit, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, SLOT_NEW, NULL, jam_python_mutex_create, RLOCK_BYTES, EVER},
    {TABLE_RLOCK, SLOT_DEALLOC, NULL, jam_python_mutex_destroy, RLOCK_BYTES, EVER},
    {TABLE_MODULE, 0, "start_new_thread", jam_python_thread_start, 0, EVER},
    {TABLE_MODULE, 0, "start_new", jam_python_thread_start, 0, EVER},
    {TABLE_MODULE, 0, "start_joinable_thread", jam_python_thread_start, 0, EVER},
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

/* The linker may have made one function of two that do the same. */
static bool is_same(const struct jam_python_method *a, const struct jam_python_method *b)
{
    return a->original == b->original && a->handler == b->handler && a->lock_flags == b->lock_flags;
}

/* Put the wrapper of a function in its place. Without a wrapper left it stays as it is. */
static void wrap_function(void **place, struct jam_python_method method)
{
    method.original = (jam_python_function)*place;
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (*place == (void *)wrappers[i])
            return;
        if (wrapped[i].original && !is_same(&wrapped[i], &method))
            continue;
        wrapped[i] = method;
        __atomic_store_n(place, (void *)wrappers[i], __ATOMIC_RELEASE);
        return;
    }
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
    struct method *found[TABLES];
};

static bool table_has(const struct method *table, const char *name)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++)
        if (strcmp(table[i].name, name) == 0)
            return true;
    return false;
}

/* The row of a method, or with NULL of a slot. NULL: it is of no interest. */
static const struct row *row_find(const struct search *search, unsigned table, const char *method,
                                  uint64_t slot)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        bool is_it = method ? row->method && strcmp(row->method, method) == 0 : row->slot == slot;
        if (is_it && row->table == table && search->version >= row->from &&
            search->version < row->before)
            return row;
    }
    return NULL;
}

/* Data is writable in every interpreter so far. */
static void table_wrap(const struct search *search, struct method *table, unsigned kind)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++) {
        const struct row *row = row_find(search, kind, table[i].name, 0);
        if (row)
            wrap_function(&table[i].function,
                          (struct jam_python_method){.handler = row->handler,
                                                     .flags = (uint32_t)table[i].flags,
                                                     .lock_flags = tables[kind].lock_flags});
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
static void entry_consider(struct search *search, struct method *entry, const struct method *lowest)
{
    for (unsigned kind = 0; kind < TABLES; kind++) {
        if (strcmp(entry->name, tables[kind].mark[0]) != 0)
            continue;
        struct method *table = table_start(search->image, entry, lowest);
        if (!table_has(table, tables[kind].mark[1]))
            continue;
        table_wrap(search, table, kind);
        search->found[kind] = table;
    }
}

/* Look at every word of a part of memory as if an entry began there. */
static void tables_search(struct search *search, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at + sizeof(struct method) <= end; at += 8)
        if (is_entry(search->image, (struct method *)at))
            entry_consider(search, (struct method *)at, (const struct method *)start);
}

/* --- types --- */

/* struct PyType_Slot. */
struct slot {
    uint64_t number; /* int and padding; 0 ends the list */
    void *function;
};

enum { SLOT_MAX = 127 };

/* The list that `methods` is a part of: its other slots lie around it. */
static void slots_wrap(const struct search *search, struct slot *methods, uint64_t start,
                       unsigned kind)
{
    struct slot *slot = methods;
    while ((uint64_t)(slot - 1) >= start && slot[-1].number - 1 < SLOT_MAX)
        slot--;
    for (; slot->number - 1 < SLOT_MAX; slot++) {
        const struct row *row = row_find(search, kind, NULL, slot->number);
        if (row)
            wrap_function(&slot->function,
                          (struct jam_python_method){.handler = row->handler,
                                                     .lock_flags = tables[kind].lock_flags});
    }
}

/* Types are made from lists of slots (from 3.10 on): which of them name the tables found? */
static void slots_search(struct search *search, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at + sizeof(struct slot) <= end; at += 8) {
        struct slot *slot = (struct slot *)at;
        if (slot->number != SLOT_METHODS || !slot->function)
            continue;
        for (unsigned kind = 0; kind < TABLES; kind++)
            if (slot->function == search->found[kind])
                slots_wrap(search, slot, start, kind);
    }
}

static void each_segment(struct search *search,
                         void (*look)(struct search *search, uint64_t start, uint64_t end))
{
    for (uint32_t i = 0; i < search->image->segment_count; i++) {
        const Elf64_Phdr *segment = &search->image->segment[i];
        uint64_t start = search->image->bias + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_W)
            look(search, (start + 7) & ~7ull, start + segment->p_filesz);
    }
}

void jam_python_methods_wrap(const struct jam_image *image, unsigned version)
{
    struct search search = {.image = image, .version = version};
    if (!jam_python_arguments_setup(image, version))
        return;
    jam_python_thread_setup(image);
    each_segment(&search, tables_search);
    each_segment(&search, slots_search);
}
