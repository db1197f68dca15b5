/*
 * Demangling with libiberty, safe for hostile symbols: a mangled name can refer back to its own
 * parts and so stand for a text of any length. libiberty hands the text out in pieces; as soon as
 * the caller's buffer is full we jump out of it. It holds no resources at that point: the
 * callback variants keep their state on the stack.
 */
#include "util/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

/*
 * libiberty's own limit (1024 bytes) refuses names that template libraries really have; without
 * it the recursion is as deep as the name is long. At this length that is well within a stack.
 */
#define MANGLED_BYTES_MAX 4096

struct output {
    char *text;
    size_t size, used;
    jmp_buf full;
};

static void append(const char *piece, size_t length, void *opaque)
{
    struct output *output = opaque;
    size_t room = output->size - 1 - output->used;
    size_t taken = length < room ? length : room;
    memcpy(output->text + output->used, piece, taken);
    output->used += taken;
    if (taken < length)
        longjmp(output->full, 1);
}

typedef int demangler(const char *, int, demangle_callbackref, void *);

static bool run_demangler(demangler *demangle, const char *symbol, struct output *output)
{
    const int options = DMGL_PARAMS | DMGL_ANSI | DMGL_NO_RECURSE_LIMIT;
    output->used = 0;
    if (strlen(symbol) > MANGLED_BYTES_MAX)
        return false;
    if (setjmp(output->full) != 0)
        return true;
    return demangle(symbol, options, append, output) != 0 && output->used > 0;
}

/* Copies up to the suffix: no identifier of C or mangled C++ name has a dot or an at sign. */
static void copy_plain(const char *symbol, struct output *output)
{
    size_t length = symbol[0] == '\0' ? 0 : 1 + strcspn(symbol + 1, ".@");
    if (length > output->size - 1)
        length = output->size - 1;
    memcpy(output->text, symbol, length);
    output->used = length;
}

/* C++ after the suffix is cut: libiberty would show it as "[clone .constprop.0]". */
static bool demangle_cpp(const char *symbol, struct output *output)
{
    char stem[MANGLED_BYTES_MAX + 1];
    struct output copy = {.text = stem, .size = sizeof stem};
    if (strncmp(symbol, "_Z", 2) != 0)
        return false;
    copy_plain(symbol, &copy);
    stem[copy.used] = '\0';
    return run_demangler(cplus_demangle_v3_callback, stem, output);
}

size_t jam_demangle(const char *symbol, char *name, size_t size)
{
    struct output output = {.text = name, .size = size};
    if (!run_demangler(rust_demangle_callback, symbol, &output) && !demangle_cpp(symbol, &output))
        copy_plain(symbol, &output);
    name[output.used] = '\0';
    return output.used;
}
