/*
 * Recognising an interpreter: by the symbols of its file, and its version by what it says of itself. What
 * is not known is left alone, with one message.
 */
#include "diag.h"
#include "module.h"
#include "python/python.h"
#include "python/python_layout.h"
#include "python/python_methods.h"
#include "python/python_park.h"
#include "symbol.h"

#include <string.h>

static unsigned read_number(const char **at)
{
    unsigned number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        number = number * 10 + (unsigned)(**at - '0');
    return number;
}

/* "3.11.2 (main, ...)" -> 11 << 8 | 2; 0 if it is not Python 3, or a build without a GIL. */
static unsigned python_version(const char *text)
{
    if (strncmp(text, "3.", 2) != 0 || strstr(text, "free-threading"))
        return 0;
    const char *at = text + 2;
    unsigned minor = read_number(&at);
    unsigned micro = *at++ == '.' ? read_number(&at) : 0;
    return minor << 8 | micro;
}

/* A function that has had two names: the public one is younger. */
static uint64_t find_either(const struct jam_image *image, const char *name, const char *older)
{
    uint64_t function = jam_symbol_find(image, name);
    return function ? function : jam_symbol_find(image, older);
}

static const struct jam_python_layout *find_layout(const struct jam_image *image, unsigned minor)
{
    const struct jam_python_layout *layout = jam_python_layout_find(minor);
    const void *runtime = (const void *)jam_symbol_find(image, "_PyRuntime");
    return layout && jam_python_layout_fits(layout, runtime) ? layout : NULL;
}

/* False: something is missing, so that no frame can be read. */
static bool describe(struct jam_python_interpreter *interpreter, const struct jam_image *image,
                     unsigned minor)
{
    *interpreter = (struct jam_python_interpreter){
        .layout = find_layout(image, minor),
        .code_type = jam_symbol_find(image, "PyCode_Type"),
        .start = image->start,
        .end = image->end,
        .this_thread_state =
            (void *(*)(void))jam_symbol_find(image, "PyGILState_GetThisThreadState"),
        .current_thread_state = (void *(*)(void))find_either(image, "PyThreadState_GetUnchecked",
                                                             "_PyThreadState_UncheckedGet"),
        .is_finalizing = (int (*)(void))find_either(image, "Py_IsFinalizing", "_Py_IsFinalizing"),
        .watchdog_maker = minor == 8 ? jam_symbol_find(image, "_PyFaulthandler_Init") : 0,
    };
    return interpreter->layout && interpreter->code_type && interpreter->this_thread_state &&
           interpreter->is_finalizing;
}

static struct jam_python_interpreter known; /* its layout is NULL while there is none */

static void consider(const struct jam_image *image)
{
    uint64_t version = jam_symbol_find(image, "Py_GetVersion");
    if (!version || known.layout)
        return;
    const char *text = ((const char *(*)(void))version)();
    unsigned number = python_version(text);
    if (!describe(&known, image, number >> 8)) {
        known.layout = NULL;
        jam_diag("stacks show no Python frames: unknown Python ", text, NULL);
        return;
    }
    jam_python_set(&known);
    jam_python_methods_wrap(image, number);
    jam_python_park_setup(image, number);
    if (jam_self->record)
        jam_thread_entitle(jam_self->record, "MainThread");
    __atomic_store_n(&jam_python_is_here, true, __ATOMIC_RELEASE);
}
JAM_ON_MODULE(consider);

static void forget_unloaded(void)
{
    struct dl_find_object found;
    if (!known.layout || _dl_find_object((void *)known.code_type, &found) == 0)
        return;
    known.layout = NULL;
    jam_python_set(NULL);
    jam_python_park_setup(NULL, 0);
}
JAM_ON_UNLOAD(forget_unloaded);
