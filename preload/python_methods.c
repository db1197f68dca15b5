/*
 * Finding the method tables and wrapping them.
 *
 * A table is static data of the interpreter's file, found by its contents: entries whose name is
 * "acquire_lock", in a table that has the other names of the type too. Functions are called through
 * the tables each time, so a wrapper works from then on, for locks that exist already too. Names
 * that share a function go on sharing one, because Python compares methods by it.
 */
#include "python_methods.h"
#include "python_layout.h"
#include "symbol.h"

#include <stddef.h>
#include <string.h>

__thread uint8_t jam_python_acquire;

/* struct PyMethodDef. */
struct method {
    const char *name;
    void *function;
    int32_t flags;
    int32_t padding;
    const char *doc;
};

enum { METH_VARARGS = 1, METH_KEYWORDS = 2, METH_NOARGS = 4, METH_FASTCALL = 0x80 };
enum { METHODS_MAX = 64 };

/* Six words are all that any calling form of CPython passes in registers. */
typedef void *(*python_function)(void *, void *, void *, void *, void *, void *);

/* What a wrapped function takes, and what a call of it means. */
struct wrapped {
    python_function original;
    uint32_t flags;
    bool has_arguments; /* blocking and timeout; else it always waits */
};

enum { WRAPPERS = 8 };
static struct wrapped wrapped[WRAPPERS];

static struct {
    void *false_object; /* Py_False */
    int (*dict_next)(void *, int64_t *, void **, void **);
    uint64_t tuple_items;
    uint32_t string_ascii;
} objects;

/* --- arguments --- */

enum { OBJECT_SIZE = 16 }; /* ob_size of a tuple */

static bool is_named(const void *name, const char *text)
{
    const char *data = (const char *)name + objects.string_ascii;
    return memcmp(data, text, strlen(text) + 1) == 0;
}

static uint8_t acquire_by_value(bool is_blocking, bool has_timeout)
{
    if (!is_blocking)
        return JAM_PYTHON_TRY;
    return has_timeout ? JAM_PYTHON_TIMED : JAM_PYTHON_BLOCKING;
}

/* acquire(blocking=True, timeout=-1) called with a tuple and a dictionary (or NULL). */
static uint8_t acquire_from_tuple(const void *tuple, void *names)
{
    int64_t count = *(const int64_t *)((const char *)tuple + OBJECT_SIZE), position = 0;
    void *const *items = (void *const *)((const char *)tuple + objects.tuple_items);
    bool is_blocking = count < 1 || items[0] != objects.false_object, has_timeout = count > 1;
    void *name, *value;
    while (names && objects.dict_next(names, &position, &name, &value)) {
        if (is_named(name, "blocking"))
            is_blocking = value != objects.false_object;
        else
            has_timeout = true;
    }
    return acquire_by_value(is_blocking, has_timeout);
}

/* The same from an array, its length, and a tuple of names (or NULL) for its last items. */
static uint8_t acquire_from_array(void *const *items, int64_t count, const void *names)
{
    bool is_blocking = count < 1 || items[0] != objects.false_object, has_timeout = count > 1;
    int64_t named = names ? *(const int64_t *)((const char *)names + OBJECT_SIZE) : 0;
    for (int64_t i = 0; i < named; i++) {
        const void *name = ((void *const *)((const char *)names + objects.tuple_items))[i];
        if (is_named(name, "blocking"))
            is_blocking = items[count + i] != objects.false_object;
        else
            has_timeout = true;
    }
    return acquire_by_value(is_blocking, has_timeout);
}

static uint8_t acquire_kind(const struct wrapped *method, void *a, void *b, void *c)
{
    if (!method->has_arguments)
        return JAM_PYTHON_BLOCKING;
    if (method->flags & METH_FASTCALL)
        return acquire_from_array(a, (int64_t)b, c);
    return acquire_from_tuple(a, method->flags & METH_KEYWORDS ? b : NULL);
}

/* --- wrappers --- */

static inline void *call_wrapped(const struct wrapped *method, void *self, void *const rest[5])
{
    uint8_t outer = jam_python_acquire;
    jam_python_acquire = acquire_kind(method, rest[0], rest[1], rest[2]);
    void *result = method->original(self, rest[0], rest[1], rest[2], rest[3], rest[4]);
    jam_python_acquire = outer;
    return result;
}

#define WRAPPER(index)                                                                             \
    static void *wrapper_##index(void *self, void *a, void *b, void *c, void *d, void *e)          \
    {                                                                                              \
        void *const rest[5] = {a, b, c, d, e};                                                     \
        return call_wrapped(&wrapped[index], self, rest);                                          \
    }
WRAPPER(0)
WRAPPER(1)
WRAPPER(2)
WRAPPER(3)
WRAPPER(4)
WRAPPER(5)
WRAPPER(6)
WRAPPER(7)

static const python_function wrappers[WRAPPERS] = {wrapper_0, wrapper_1, wrapper_2, wrapper_3,
                                                   wrapper_4, wrapper_5, wrapper_6, wrapper_7};

/* The wrapper of a function; the same one for the same function. NULL: there are too many. */
static void *wrap_function(const struct method *method, bool has_arguments)
{
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (method->function == (void *)wrappers[i])
            return method->function;
        if (wrapped[i].original && wrapped[i].original != (python_function)method->function)
            continue;
        wrapped[i] = (struct wrapped){(python_function)method->function, (uint32_t)method->flags,
                                      has_arguments};
        return (void *)wrappers[i];
    }
    return NULL;
}

/* --- tables --- */

/* Names whose functions take a lock; the others of a table are left alone. */
static const struct {
    const char *name;
    bool has_arguments;
} acquiring[] = {
    {"acquire", true}, {"acquire_lock", true}, {"__enter__", false}, {"_acquire_restore", false}};

/* The two types are told by a pair of names each; other tables have "acquire_lock" too. */
static const char *const types[][2] = {{"acquire_lock", "locked_lock"},
                                       {"_acquire_restore", "_release_save"}};

static bool table_has(const struct method *table, const char *name)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++)
        if (strcmp(table[i].name, name) == 0)
            return true;
    return false;
}

/* Data is writable in every interpreter so far; a table that were not would stay as it is. */
static void table_wrap(struct method *table)
{
    for (size_t i = 0; i < METHODS_MAX && table[i].name; i++)
        for (size_t k = 0; k < sizeof acquiring / sizeof *acquiring; k++) {
            /* __enter__ may be acquire itself, with its arguments. */
            bool is_it = strcmp(table[i].name, acquiring[k].name) == 0;
            bool has_arguments = acquiring[k].has_arguments || table[i].flags & METH_VARARGS;
            bool restores = strcmp(acquiring[k].name, "_acquire_restore") == 0;
            void *wrapper = is_it ? wrap_function(&table[i], has_arguments && !restores) : NULL;
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

/* Look at every word of a writable segment as if an entry began there. */
static void segment_search(const struct jam_image *image, const Elf64_Phdr *segment)
{
    uint64_t start = image->bias + segment->p_vaddr;
    uint64_t end = start + segment->p_filesz;
    struct method *lowest = (struct method *)((start + 7) & ~7ull);
    for (uint64_t at = (uint64_t)lowest; at + sizeof(struct method) <= end; at += 8) {
        struct method *entry = (struct method *)at;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (!is_entry(image, entry) || strcmp(entry->name, types[i][0]) != 0)
                continue;
            struct method *table = table_start(image, entry, lowest);
            if (table_has(table, types[i][1]))
                table_wrap(table);
        }
    }
}

void jam_python_methods_wrap(const struct jam_image *image, unsigned minor)
{
    const struct jam_python_layout *layout = jam_python_layout_find(minor);
    objects.false_object = (void *)jam_symbol_find(image, "_Py_FalseStruct");
    objects.dict_next =
        (int (*)(void *, int64_t *, void **, void **))jam_symbol_find(image, "PyDict_Next");
    if (!layout || !objects.false_object || !objects.dict_next)
        return;
    objects.tuple_items = minor >= 14 ? 32 : 24;
    objects.string_ascii = layout->string_ascii;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segment[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_W)
            segment_search(image, segment);
    }
}
