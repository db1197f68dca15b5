/* One row per enum jam_lock_kind. */
#include "core/lock_kind.h"

#include "trace_format.h"

struct kind {
    const char *name;
    enum jam_lock_section section;
};

static const struct kind kinds[JAM_LOCK_KINDS] = {
    [JAM_LOCK_MUTEX] = {"mutex", JAM_SECTION_LOCKS},
    [JAM_LOCK_RWLOCK] = {"rwlock", JAM_SECTION_LOCKS},
    [JAM_LOCK_SPIN] = {"spin", JAM_SECTION_LOCKS},
    [JAM_LOCK_COND] = {"cond", JAM_SECTION_CONDITIONS},
    [JAM_LOCK_SEM] = {"sem", JAM_SECTION_SEMAPHORES},
    [JAM_LOCK_BARRIER] = {"barrier", JAM_SECTION_BARRIERS},
    [JAM_LOCK_ONCE] = {"once", JAM_SECTION_BARRIERS},
    [JAM_LOCK_THREAD] = {"thread", JAM_SECTION_JOINS},
    [JAM_LOCK_GIL] = {"gil", JAM_SECTION_LOCKS},
    [JAM_LOCK_PYTHON_LOCK] = {"python-lock", JAM_SECTION_LOCKS},
    [JAM_LOCK_PYTHON_RLOCK] = {"python-rlock", JAM_SECTION_LOCKS},
    [JAM_LOCK_CUSTOM] = {"custom", JAM_SECTION_LOCKS},
};

static const struct kind *find(uint16_t kind)
{
    return kind < JAM_LOCK_KINDS && kinds[kind].name ? &kinds[kind] : &kinds[JAM_LOCK_CUSTOM];
}

const char *jam_lock_kind_name(uint16_t kind)
{
    return find(kind)->name;
}

enum jam_lock_section jam_lock_kind_section(uint16_t kind)
{
    return find(kind)->section;
}
