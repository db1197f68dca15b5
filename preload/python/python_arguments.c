/* Reading tuples, dictionaries and names as they lie in memory. */
#include "python/python_arguments.h"
#include "python/python_layout.h"
#include "symbol.h"

#include <string.h>

static struct {
    void *false_object; /* Py_False */
    int (*dict_next)(void *, int64_t *, void **, void **);
    uint64_t tuple_items;
    uint32_t string_ascii;
    void *int_type, *float_type;
    bool has_sign_in_tag; /* of an int: else its size is negative */
} objects;

bool jam_python_arguments_setup(const struct jam_image *image, unsigned version)
{
    unsigned minor = version >> 8;
    const struct jam_python_layout *layout = jam_python_layout_find(minor);
    objects.false_object = (void *)jam_symbol_find(image, "_Py_FalseStruct");
    objects.dict_next =
        (int (*)(void *, int64_t *, void **, void **))jam_symbol_find(image, "PyDict_Next");
    if (!layout || !objects.false_object || !objects.dict_next)
        return false;
    objects.tuple_items = minor >= 14 ? 32 : 24;
    objects.string_ascii = layout->string_ascii;
    objects.int_type = (void *)jam_symbol_find(image, "PyLong_Type");
    objects.float_type = (void *)jam_symbol_find(image, "PyFloat_Type");
    objects.has_sign_in_tag = minor >= 12;
    return true;
}

bool jam_python_is_false(const void *object)
{
    return object == objects.false_object;
}

enum { OBJECT_SIZE = 16 }; /* ob_size of a tuple */

static bool is_named(const void *name, const char *text)
{
    const char *data = (const char *)name + objects.string_ascii;
    return memcmp(data, text, strlen(text) + 1) == 0;
}

/* Less than 0, 0 or more, as a number object says; more for any other. */
static int sign_of(const void *value)
{
    enum { VALUE = 16, TAG_SIGN = 3 }; /* in the tag: 0 positive, 1 zero, 2 negative */
    const void *type = *(void *const *)((const char *)value + JAM_OBJECT_TYPE);
    int64_t size = *(const int64_t *)((const char *)value + VALUE);
    if (type == objects.int_type && objects.has_sign_in_tag)
        return 1 - (int)(size & TAG_SIGN);
    if (type == objects.float_type && size == INT64_MIN)
        return 0; /* the sign of a double is that of its bits, but this is -0.0 */
    if (type == objects.int_type || type == objects.float_type)
        return (size > 0) - (size < 0);
    return 1;
}

/* A timeout of -1 is none, and one of 0 waits for nothing. */
static enum jam_python_acquire kind_of_timeout(const void *value)
{
    int sign = sign_of(value);
    if (sign == 0)
        return JAM_PYTHON_TRY;
    return sign > 0 ? JAM_PYTHON_TIMED : JAM_PYTHON_BLOCKING;
}

/* A tuple and a dictionary (or NULL). */
static enum jam_python_acquire kind_from_tuple(const void *tuple, void *names)
{
    int64_t count = *(const int64_t *)((const char *)tuple + OBJECT_SIZE), position = 0;
    void *const *items = (void *const *)((const char *)tuple + objects.tuple_items);
    bool is_blocking = count < 1 || items[0] != objects.false_object;
    enum jam_python_acquire kind = count > 1 ? kind_of_timeout(items[1]) : JAM_PYTHON_BLOCKING;
    void *name, *value;
    while (names && objects.dict_next(names, &position, &name, &value)) {
        if (is_named(name, "blocking"))
            is_blocking = value != objects.false_object;
        else
            kind = kind_of_timeout(value);
    }
    return is_blocking ? kind : JAM_PYTHON_TRY;
}

/* The same from an array, its length, and a tuple of names (or NULL) for its last items. */
static enum jam_python_acquire kind_from_array(void *const *items, int64_t count, const void *names)
{
    bool is_blocking = count < 1 || items[0] != objects.false_object;
    enum jam_python_acquire kind = count > 1 ? kind_of_timeout(items[1]) : JAM_PYTHON_BLOCKING;
    int64_t named = names ? *(const int64_t *)((const char *)names + OBJECT_SIZE) : 0;
    for (int64_t i = 0; i < named; i++) {
        const void *name = ((void *const *)((const char *)names + objects.tuple_items))[i];
        if (is_named(name, "blocking"))
            is_blocking = items[count + i] != objects.false_object;
        else
            kind = kind_of_timeout(items[count + i]);
    }
    return is_blocking ? kind : JAM_PYTHON_TRY;
}

enum jam_python_acquire jam_python_acquire_kind(const struct jam_python_method *method,
                                                void *const rest[5])
{
    if (method->flags & JAM_METH_FASTCALL)
        return kind_from_array(rest[0], (int64_t)rest[1], rest[2]);
    if (method->flags & JAM_METH_VARARGS)
        return kind_from_tuple(rest[0], method->flags & JAM_METH_KEYWORDS ? rest[1] : NULL);
    return JAM_PYTHON_BLOCKING;
}

static void *first_of_tuple(const void *tuple)
{
    void *const *items = (void *const *)((const char *)tuple + objects.tuple_items);
    return *(const int64_t *)((const char *)tuple + OBJECT_SIZE) > 0 ? items[0] : NULL;
}

void *jam_python_first_argument(const struct jam_python_method *method, void *const rest[5])
{
    if (method->flags & JAM_METH_FASTCALL)
        return (int64_t)rest[1] > 0 ? *(void **)rest[0] : NULL;
    return method->flags & JAM_METH_VARARGS ? first_of_tuple(rest[0]) : NULL;
}
