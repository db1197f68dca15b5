/* Reads demangled names with a bracket counter; no full grammar of C++ is needed for that. */
#include "core/function_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 512

/* State while a name is shortened. */
struct shortening {
    const char *from;
    char *buffer;
    size_t size, used;
};

static void put(struct shortening *name, const char *text, size_t length)
{
    size_t room = name->size - 1 - name->used;
    if (length > room)
        length = room;
    memcpy(name->buffer + name->used, text, length);
    name->used += length;
}

static void take(struct shortening *name, size_t length)
{
    put(name, name->from, length);
    name->from += length;
}

/* Behind the bracket that closes the one at `open`. */
static const char *skip_brackets(const char *open)
{
    int depth = 0;
    for (; *open; open++) {
        if (strchr("<([{", *open))
            depth++;
        else if (*open == '>' && open[-1] == '-')
            continue;
        else if (strchr(">)]}", *open) && --depth == 0)
            return open + 1;
    }
    return open;
}

/* "operator<<", "operator()", "operator bool": brackets and spaces there mean themselves. */
static bool take_operator(struct shortening *name)
{
    static const char word[] = "operator";
    const size_t length = sizeof word - 1;
    if (strncmp(name->from, word, length) != 0 || isalnum((unsigned char)name->from[length]) ||
        name->from[length] == '_')
        return false;
    take(name, length);
    if (strncmp(name->from, "()", 2) == 0)
        take(name, 2);
    while (*name->from && *name->from != '(')
        take(name, 1);
    return true;
}

/* One step at depth 0; false at the parameter list. */
static bool shorten_step(struct shortening *name)
{
    static const char anonymous[] = "(anonymous namespace)";
    bool is_word_start = !name->used || !isalnum((unsigned char)name->buffer[name->used - 1]);
    if (is_word_start && take_operator(name))
        return true;
    if (strncmp(name->from, anonymous, sizeof anonymous - 1) == 0)
        take(name, sizeof anonymous - 1);
    else if (*name->from == '(')
        return false;
    else if (*name->from == '<')
        name->from = skip_brackets(name->from);
    else if (*name->from == '{')
        take(name, (size_t)(skip_brackets(name->from) - name->from));
    else if (*name->from == ' ') {
        name->used = 0; /* what we had was the return type */
        name->from++;
    } else
        take(name, 1);
    return true;
}

/* A local scope such as "main::{lambda()#1}" is behind a parameter list: "f(int)::g(int)". */
static bool skip_parameters(struct shortening *name)
{
    const char *behind = skip_brackets(name->from);
    if (strncmp(behind, " const::", 8) == 0)
        behind += 6;
    if (strncmp(behind, "::", 2) != 0)
        return false;
    name->from = behind;
    return true;
}

char *jam_function_shorten(const char *function, char *buffer, size_t size)
{
    struct shortening name = {function, buffer, size, 0};
    while (*name.from && (shorten_step(&name) || skip_parameters(&name)))
        ;
    if (!name.used)
        put(&name, function, strlen(function));
    buffer[name.used] = '\0';
    return buffer;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t wanted = strlen(suffix);
    return length >= wanted && strcasecmp(text + length - wanted, suffix) == 0;
}

/* Last components that say nothing but that somebody locks, waits or wakes. */
static const char *const plumbing_words[] = {
    "signal",   "signalall",         "broadcast", "notify_one", "notify_all", "notify",
    "post",     "timedwaitinternal", "lock",      "try_lock",   "trylock",    "lock_shared",
    "readlock", "writelock",         "rdlock",    "wrlock",     "timedlock",  "acquire",
    "wait",     "timedwait",         "wait_for",  "wait_until", "lock_slow",  "lockslow",
    "join",     "acquire_lock",
};

static const char *const plumbing_endings[] = {
    "mutex_lock",     "mutex_trylock", "rwlock_rdlock",  "rwlock_wrlock",
    "spin_lock",      "cond_wait",     "cond_timedwait", "cond_signal",
    "cond_broadcast", "sem_post",      "sem_wait",       "acquire_lock",
};

static const char *last_component(const char *name)
{
    const char *last = name;
    for (const char *at = name; (at = strstr(at, "::")); at += 2)
        last = at + 2;
    return last;
}

/* "MutexLock::MutexLock": the constructor of something that guards. */
static bool is_guard_constructor(const char *name, const char *last)
{
    size_t length = strlen(last);
    if ((size_t)(last - name) < length + 2 || strncmp(last - 2 - length, last, length) != 0)
        return false;
    return strcasestr(last, "lock") || strcasestr(last, "guard") || strcasestr(last, "mutex") ||
           strcasestr(last, "cond");
}

static bool is_locking_name(const char *name)
{
    const char *last = last_component(name);
    for (size_t i = 0; i < sizeof plumbing_words / sizeof plumbing_words[0]; i++)
        if (strcasecmp(last, plumbing_words[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof plumbing_endings / sizeof plumbing_endings[0]; i++)
        if (has_suffix(last, plumbing_endings[i]))
            return true;
    return is_guard_constructor(name, last);
}

bool jam_function_is_plumbing(const char *function, const char *file)
{
    char name[NAME_BYTES];
    if (file && (strstr(file, "/include/c++/") || strstr(file, "lockjam/lockjam.h")))
        return true;
    if (!function)
        return false;
    jam_function_shorten(function, name, sizeof name);
    return has_prefix(name, "std::") || has_prefix(name, "__gthread") ||
           has_prefix(name, "__gnu_cxx::") || is_locking_name(name);
}

static const char *inside_library(const char *file)
{
    const char *library = NULL;
    for (const char *at = file; at && (at = strstr(at, "/python3.")); at++)
        library = at;
    const char *inside = library ? strchr(library + 1, '/') : NULL;
    return inside ? inside + 1 : "";
}

bool jam_function_is_python_plumbing(const char *file)
{
    static const char *const names[] = {"threading.py",
                                        "queue.py",
                                        "logging/__init__.py",
                                        "logging/handlers.py",
                                        "concurrent/futures/_base.py",
                                        "concurrent/futures/thread.py",
                                        "concurrent/futures/process.py",
                                        "multiprocessing/connection.py",
                                        "multiprocessing/context.py",
                                        "multiprocessing/pool.py",
                                        "multiprocessing/queues.py",
                                        "multiprocessing/synchronize.py"};
    if (file && has_prefix(file, "<frozen "))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(inside_library(file), names[i]) == 0)
            return true;
    return false;
}

enum jam_python_role jam_function_python_role(const char *function, const char *file)
{
    const char *dot = function ? strrchr(function, '.') : NULL;
    const char *last = dot ? dot + 1 : function;
    bool is_frozen = file && file[0] == '<';
    if (!jam_function_is_python_plumbing(file) ||
        (function && !is_frozen && strcmp(function, "<module>") == 0))
        return JAM_PYTHON_PROGRAM; /* what a module has for itself is nobody else's */
    if (strcmp(inside_library(file), "threading.py") != 0)
        return JAM_PYTHON_LIBRARY;
    bool is_start = last && (has_prefix(last, "_bootstrap") ||
                             strcmp(function, "Thread.run") == 0 || strcmp(function, "run") == 0);
    return is_start ? JAM_PYTHON_START : JAM_PYTHON_THREADING;
}

bool jam_function_is_start(const char *function)
{
    static const char *const names[] = {
        "start_thread",
        "clone",
        "clone3",
        "__clone",
        "__clone3",
        "_start",
        "__libc_start_main",
        "__libc_start_main_impl",
        "__libc_start_call_main",
    };
    for (size_t i = 0; function && i < sizeof names / sizeof names[0]; i++)
        if (has_prefix(function, names[i]) && strcspn(function, "@") == strlen(names[i]))
            return true;
    return false;
}
