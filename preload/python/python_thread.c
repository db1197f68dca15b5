/*
 * Reading attributes of an object without running any Python code: only what the object itself has,
 * by the interpreter's own generic lookup, and only if its class has no attribute of that name,
 * which might be a property. Called with the GIL held, before the thread exists.
 */
#include "python/python_thread.h"
#include "python/python.h"
#include "python/python_arguments.h"
#include "python/python_layout.h"
#include "symbol.h"
#include "thread_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The interpreter's; all or nothing. */
static struct {
    void *method_type, *string_type; /* PyMethod_Type, PyUnicode_Type */
    void *true_object;
    void *(*make_string)(const char *);
    void (*drop)(void *);                            /* Py_DecRef */
    void *(*of_class)(void *type, void *name);       /* _PyType_Lookup: borrowed, or NULL */
    void *(*of_object)(void *, void *, void *, int); /* _PyObject_GenericGetAttrWithDict */
} python;

static bool is_ready;

/* For the pthread_create inside the call that starts a thread. */
struct starting {
    bool is_daemon;
    char title[JAM_TITLE_BYTES];
};
static __thread struct starting starting;

void jam_python_thread_setup(const struct jam_image *image)
{
    const struct {
        void *to;
        const char *name;
    } symbols[] = {
        {&python.method_type, "PyMethod_Type"},
        {&python.string_type, "PyUnicode_Type"},
        {&python.true_object, "_Py_TrueStruct"},
        {&python.make_string, "PyUnicode_InternFromString"},
        {&python.drop, "Py_DecRef"},
        {&python.of_class, "_PyType_Lookup"},
        {&python.of_object, "_PyObject_GenericGetAttrWithDict"},
    };
    is_ready = true;
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        uint64_t address = jam_symbol_find(image, symbols[i].name);
        memcpy(symbols[i].to, &address, sizeof address);
        is_ready = is_ready && address;
    }
}

static void *type_of(const void *object)
{
    return *(void *const *)((const char *)object + JAM_OBJECT_TYPE);
}

/* A new reference; NULL if it has none, or its class has one. */
static void *attribute(void *object, const char *text)
{
    enum { WITHOUT_ERROR = 1 };
    void *name = python.make_string(text);
    void *value = NULL;
    if (name && !python.of_class(type_of(object), name))
        value = python.of_object(object, name, NULL, WITHOUT_ERROR);
    if (name)
        python.drop(name);
    return value;
}

static void read_title(void *thread)
{
    void *name = attribute(thread, "_name");
    if (name && type_of(name) == python.string_type)
        jam_python_string((uint64_t)name, starting.title, sizeof starting.title - 1);
    if (name)
        python.drop(name);
}

static void read_daemon(void *thread)
{
    void *is_daemon = attribute(thread, "_daemonic");
    starting.is_daemon = is_daemon == python.true_object;
    if (is_daemon)
        python.drop(is_daemon);
}

/* The object that a bound method belongs to; NULL for other functions. */
static void *self_of(void *function)
{
    enum { METHOD_SELF = 24 };
    bool is_method = function && type_of(function) == python.method_type;
    return is_method ? *(void **)((char *)function + METHOD_SELF) : NULL;
}

void *jam_python_thread_start(const struct jam_python_method *method, void *self,
                              void *const rest[5], const struct jam_call *caller)
{
    void *thread = is_ready ? self_of(jam_python_first_argument(method, rest)) : NULL;
    struct starting outer = starting;
    (void)caller;
    starting = (struct starting){0};
    if (thread) {
        read_title(thread);
        read_daemon(thread);
    }
    void *result = jam_python_forward(method, self, rest);
    starting = outer;
    return result;
}

void jam_python_thread_name(struct jam_thread_record *record)
{
    memcpy(record->title, starting.title, sizeof record->title);
    if (starting.is_daemon)
        jam_thread_flag(record, JAM_THREAD_DAEMON);
}
