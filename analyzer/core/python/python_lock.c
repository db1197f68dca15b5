/*
 * Rules by the function that creates the semaphore, innermost frame first; then, for the program's
 * own locks, what the creating line assigns to.
 */
#include "core/python/python_lock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/function_name.h"
#include "trace_format.h"

static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

static const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
}

/* "wait" of "Condition.wait". */
static const char *last_part(const char *function)
{
    const char *dot = function ? strrchr(function, '.') : NULL;
    return dot ? dot + 1 : text_or(function, "");
}

size_t jam_python_site(const struct jam_python_place *places, size_t count)
{
    size_t best = 0;
    enum jam_python_role best_role = JAM_PYTHON_START;
    for (size_t i = 0; i < count && best_role != JAM_PYTHON_PROGRAM; i++) {
        enum jam_python_role role = jam_function_python_role(places[i].function, places[i].file);
        if (role < best_role)
            continue;
        best = i;
        best_role = role;
    }
    return best;
}

/* --- what the line assigns to --- */

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

/* Where the statement begins: behind the colon of a "def" that stands on the same line. */
static const char *skip_definition(const char *source)
{
    source += strspn(source, " \t");
    if (strncmp(source, "def ", 4) != 0)
        return source;
    const char *end = strstr(source, "): ");
    return end ? end + 3 + strspn(end + 3, " ") : source;
}

/* Where the bracket that opens at `source` closes, for what one reads at a glance: "[key]". */
static const char *skip_subscript(const char *source)
{
    enum { LONGEST = 40 };
    size_t length = *source == '[' ? 1 + strcspn(source + 1, "[]\n") : 0;
    return length && length < LONGEST && source[length] == ']' ? source + length + 1 : source;
}

/* The statement that the column is in, and the column in that. */
static const char *skip_statements(const char *source, unsigned *column)
{
    const char *statement = source;
    for (const char *at = source; *at && at < source + *column; at++)
        if (*at == ';')
            statement = at + 1;
    *column -= *column ? (unsigned)(statement - source) : 0;
    return statement;
}

/*
 * The target of an assignment: "self.lock" of "    self.lock: Lock = threading.Lock()", "locks[key]" of
 * "locks[key] = Lock()". False if the line is none, or assigns to anything else.
 */
static bool read_target(const char *source, char *target, size_t size)
{
    source = skip_definition(source);
    const char *end = source;
    while (is_name_character(*end))
        end++;
    size_t used = (size_t)(skip_subscript(end) - source);
    if (end == source || used >= size)
        return false;
    memcpy(target, source, used);
    target[used] = '\0';
    source += used;
    while (*source == ' ')
        source++;
    if (*source == ':') /* an annotation */
        while (*source && *source != '=')
            source++;
    return source[0] == '=' && source[1] != '=';
}

/* The place of a tuple that the column belongs to: one more for each comma outside of brackets. */
static unsigned count_commas(const char *from, const char *to)
{
    unsigned commas = 0;
    int depth = 0;
    for (; from < to && *from; from++) {
        depth += strchr("([{", *from) != NULL;
        depth -= strchr(")]}", *from) != NULL;
        commas += *from == ',' && depth == 0;
    }
    return commas;
}

/* "b" of "a, b = Lock(), Lock()" for the second call. False if the line is no such assignment. */
static bool read_tuple_target(const char *source, unsigned column, char *target, size_t size)
{
    const char *left = skip_definition(source);
    left += strspn(left, "([");
    const char *equals = strchr(source, '=');
    if (!equals || equals[1] == '=' || column == 0 || column > strlen(source) ||
        !count_commas(left, equals))
        return false;
    const char *right = equals + 1 + strspn(equals + 1, " ([");
    for (unsigned skip = count_commas(right, source + column - 1); skip > 0; skip--) {
        left = memchr(left, ',', (size_t)(equals - left));
        if (!left)
            return false;
        left++;
    }
    left += strspn(left, " (");
    size_t used = 0;
    while (is_name_character(left[used]))
        used++;
    used = (size_t)(skip_subscript(left + used) - left);
    if (used == 0 || used >= size)
        return false;
    snprintf(target, size, "%.*s", (int)used, left);
    return true;
}

/* "Pool" of "Pool.__init__" and of "make.<locals>.Pool.__init__". */
static bool read_class(const char *function, char *name, size_t size)
{
    const char *last = function ? strrchr(function, '.') : NULL;
    if (!last || last == function)
        return false;
    const char *start = last;
    while (start > function && start[-1] != '.')
        start--;
    snprintf(name, size, "%.*s", (int)(last - start), start);
    return start[0] != '<';
}

/* Whether the place is the body of a class: a function that is called like the class around the line. */
static bool is_class_body(const struct jam_python_creation *creation,
                          const struct jam_python_place *place)
{
    return creation->owner && strcmp(last_part(place->function), creation->owner) == 0;
}

/*
 * "Pool.lock" for "self.lock" in a method of Pool, and for "lock" in the body of the class; other targets
 * as they are.
 */
static void put_target(const struct jam_python_creation *creation,
                       const struct jam_python_place *place, const char *target, char *name)
{
    char owner[JAM_PYTHON_NAME_BYTES / 2];
    bool is_attribute = strncmp(target, "self.", 5) == 0 || strncmp(target, "cls.", 4) == 0;
    const char *attribute = memchr(target, '.', strcspn(target, "["));
    if (is_attribute && read_class(place->function, owner, sizeof owner))
        snprintf(name, JAM_PYTHON_NAME_BYTES, "%s%s", owner, attribute);
    else if (is_attribute && creation->owner)
        snprintf(name, JAM_PYTHON_NAME_BYTES, "%.*s%s", JAM_PYTHON_NAME_BYTES / 2, creation->owner,
                 attribute);
    else if (!attribute && is_class_body(creation, place))
        snprintf(name, JAM_PYTHON_NAME_BYTES, "%.*s.%.*s", JAM_PYTHON_NAME_BYTES / 2,
                 creation->owner, JAM_PYTHON_NAME_BYTES / 2 - 2, target);
    else
        snprintf(name, JAM_PYTHON_NAME_BYTES, "%s", target);
}

static void put_site(const struct jam_python_place *place, const char *what, char *name)
{
    snprintf(name, JAM_PYTHON_NAME_BYTES, "%s %s %s:%u", what, text_or(place->function, "?"),
             text_or(base_name(place->file), "?"), place->line);
}

/* --- kinds --- */

/* The outermost function of the library: "Event.__init__" of the lock in its Condition. */
static const char *mechanism(const struct jam_python_creation *creation, size_t site)
{
    return site ? creation->places[site - 1].function : NULL;
}

/* The outermost constructor: the object that has the lock. */
static const char *constructor(const struct jam_python_creation *creation, size_t site)
{
    for (size_t i = site; i-- > 0;)
        if (strcmp(last_part(creation->places[i].function), "__init__") == 0)
            return creation->places[i].function;
    return mechanism(creation, site);
}

/* "self.not_empty" of "while not self.items: self.not_empty.wait()". */
static bool read_receiver(const char *source, char *target, size_t size)
{
    const char *end = strstr(source, ".wait(");
    if (!end)
        end = strstr(source, ".wait_for(");
    const char *start = end;
    while (start && start > source && is_name_character(start[-1]))
        start--;
    if (!end || start == end || (size_t)(end - start) >= size)
        return false;
    snprintf(target, size, "%.*s", (int)(end - start), start);
    return true;
}

static bool describe_wait(struct jam_python_lock *lock, const struct jam_python_creation *creation,
                          size_t site)
{
    char what[JAM_PYTHON_NAME_BYTES];
    if (strcmp(last_part(creation->places[0].function), "wait") != 0 || !site)
        return false;
    lock->kind = JAM_LOCK_COND;
    snprintf(what, sizeof what, "%s in", text_or(mechanism(creation, site), "wait"));
    put_site(&creation->places[site], what, lock->name);
    bool is_condition = strncmp(text_or(mechanism(creation, site), ""), "Condition.", 10) == 0;
    if (is_condition && creation->source && read_receiver(creation->source, what, sizeof what))
        put_target(creation, &creation->places[site], what, lock->object);
    return true;
}

/* threading._set_tstate_lock makes, in the new thread, what join waits for. */
static bool describe_end(struct jam_python_lock *lock, const struct jam_python_creation *creation)
{
    if (strcmp(last_part(creation->places[0].function), "_set_tstate_lock") != 0)
        return false;
    lock->kind = JAM_LOCK_THREAD;
    snprintf(lock->name, sizeof lock->name, "end of a thread");
    return true;
}

/* importlib's own class of locks; what its other functions create is for the files that they read. */
static bool is_module_lock(const struct jam_python_place *place)
{
    const char *function = text_or(place->function, "");
    return strncmp(function, "_ModuleLock.", 12) == 0 ||
           (strcmp(function, "__init__") == 0 &&
            strcmp(text_or(place->file, ""), "<frozen importlib._bootstrap>") == 0);
}

static bool describe_frozen(struct jam_python_lock *lock,
                            const struct jam_python_creation *creation)
{
    const char *file = text_or(creation->places[0].file, "");
    if (strncmp(file, "<frozen ", 8) != 0)
        return false;
    lock->kind = JAM_LOCK_SEM;
    lock->is_import = is_module_lock(&creation->places[0]);
    snprintf(lock->name, sizeof lock->name, "%s",
             lock->is_import ? "import lock" : "lock of the interpreter");
    return true;
}

/* Of a SimpleQueue, a lock of the interpreter, ... */
static bool describe_parked(struct jam_python_lock *lock,
                            const struct jam_python_creation *creation, size_t site)
{
    if (creation->made != JAM_PYTHON_MADE_WAIT)
        return false;
    lock->kind = JAM_LOCK_SEM;
    put_site(&creation->places[site], "wait in", lock->name);
    return true;
}

/* Words of a line that creates locks: what lacks them all creates one inside the interpreter. */
static bool creates_locks(const char *source)
{
    static const char *const words[] = {"Lock",    "lock",  "Condition", "Semaphore", "Event",
                                        "Barrier", "Queue", "Executor",  "Timer",     "Thread"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(source, words[i]))
            return true;
    return false;
}

/*
 * threading.RLock is a function of Python, and so are the locks of multiprocessing: what they make is
 * the program's own.
 */
static bool is_own(const struct jam_python_creation *creation, size_t site)
{
    const char *maker = last_part(mechanism(creation, site));
    return !site || strcmp(maker, "RLock") == 0 || strcmp(maker, "Lock") == 0;
}

/* By a class, or by a function that is named like one: the line assigns what it makes. */
static bool is_made_here(const struct jam_python_creation *creation, size_t site)
{
    const char *maker = last_part(mechanism(creation, site));
    return strcmp(maker, "__init__") == 0 || isupper((unsigned char)*maker);
}

static bool is_recursive(const struct jam_python_creation *creation)
{
    const char *source = creation->source;
    if (creation->made != JAM_PYTHON_MADE_SOMETHING)
        return creation->made == JAM_PYTHON_MADE_RLOCK;
    return strcmp(text_or(creation->places[0].function, ""), "RLock") == 0 ||
           (source && strstr(source, "RLock"));
}

/* A Lock or RLock for certain. */
static bool is_lock(const struct jam_python_creation *creation)
{
    const char *source = creation->source;
    return creation->made != JAM_PYTHON_MADE_SOMETHING ||
           (source && (strstr(source, "Lock") || strstr(source, "allocate_lock")));
}

/* The lock inside an Event, a Queue, ...: "Pool.ready (Event)", by what that is assigned to. */
static void describe_part(struct jam_python_lock *lock, const struct jam_python_creation *creation,
                          size_t site, const char *target)
{
    char owner[JAM_PYTHON_NAME_BYTES / 2], name[JAM_PYTHON_NAME_BYTES];
    char what[JAM_PYTHON_NAME_BYTES];
    const struct jam_python_place *place = &creation->places[site];
    if (!read_class(constructor(creation, site), owner, sizeof owner))
        snprintf(owner, sizeof owner, "%s",
                 text_or(base_name(creation->places[site - 1].file), "object"));
    if (target) {
        put_target(creation, place, target, name);
        snprintf(lock->name, sizeof lock->name, "%.120s (%.100s)", name, owner);
    } else {
        snprintf(what, sizeof what, "%.120s made at", owner);
        put_site(place, what, lock->name);
    }
}

/* Created by threading or queue themselves: not by C code that others call. */
static bool is_of_threading(const struct jam_python_creation *creation)
{
    const char *name = text_or(base_name(creation->places[0].file), "");
    return strcmp(name, "threading.py") == 0 || strcmp(name, "queue.py") == 0;
}

static void describe_lock(struct jam_python_lock *lock, const struct jam_python_creation *creation,
                          size_t site)
{
    char target[JAM_PYTHON_NAME_BYTES];
    const char *source = creation->source;
    const struct jam_python_place *place = &creation->places[site];
    unsigned column = creation->column;
    const char *statement = source ? skip_statements(source, &column) : NULL;
    bool has_target = statement && (read_target(statement, target, sizeof target) ||
                                    read_tuple_target(statement, column, target, sizeof target));
    lock->kind = is_recursive(creation) ? JAM_LOCK_PYTHON_RLOCK : JAM_LOCK_PYTHON_LOCK;
    lock->is_lock = is_own(creation, site) && is_lock(creation);
    lock->is_owned = lock->is_lock || (!is_own(creation, site) && is_of_threading(creation));
    if (source && !column && strchr(source, ';'))
        has_target = false; /* several statements: which one? */
    if (is_own(creation, site) && source && !is_lock(creation) && !creates_locks(source)) {
        lock->kind = JAM_LOCK_SEM;
        put_site(place, "lock of the interpreter made at", lock->name);
    } else if (!is_own(creation, site)) {
        has_target = has_target && is_made_here(creation, site);
        describe_part(lock, creation, site, has_target ? target : NULL);
    } else if (has_target) {
        put_target(creation, place, target, lock->name);
    } else {
        put_site(place, "Lock made at", lock->name);
    }
}

void jam_python_lock_describe(struct jam_python_lock *lock,
                              const struct jam_python_creation *creation)
{
    size_t site = jam_python_site(creation->places, creation->count);
    *lock = (struct jam_python_lock){0};
    bool is_known = describe_wait(lock, creation, site) || describe_end(lock, creation) ||
                    describe_parked(lock, creation, site) || describe_frozen(lock, creation);
    if (!is_known)
        describe_lock(lock, creation, site);
}
