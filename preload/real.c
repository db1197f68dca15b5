/*
 * Finds the originals of the interposed symbols. Runs at the first call of any hook, in whatever
 * thread that is; several threads may do it at once, they store the same values.
 */
#include "real.h"
#include "allocator.h"
#include "image.h"
#include "symbol.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

/* The stubs: the table's first contents. */
#define JAM_STUB(ret, name, params, args, version)                                                 \
    static ret jam_stub_##name params                                                              \
    {                                                                                              \
        jam_real_resolve();                                                                        \
        return jam_real.name args;                                                                 \
    }
#define JAM_STUB_COMPAT(ret, name, params, args, version)                                          \
    static ret jam_stub_##name##_compat params                                                     \
    {                                                                                              \
        jam_real_resolve();                                                                        \
        return jam_real.name##_compat args;                                                        \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
JAM_HOOK_TABLE(JAM_STUB, JAM_STUB_COMPAT)
#pragma GCC diagnostic pop

#define JAM_FIRST(ret, name, params, args, version) .name = jam_stub_##name,
#define JAM_FIRST_COMPAT(ret, name, params, args, version)                                         \
    .name##_compat = jam_stub_##name##_compat,
struct jam_real jam_real = {JAM_HOOK_TABLE(JAM_FIRST, JAM_FIRST_COMPAT)};

/* A row whose type is not libc's own does not compile: the two arms of ?: would not match. */
#define JAM_SAME_TYPE(ret, name, params, args, version)                                            \
    _Static_assert(sizeof(0 ? (ret(*) params)0 : &name) == sizeof(void *), #name);
#define JAM_NOTHING(ret, name, params, args, version)
JAM_HOOK_TABLE(JAM_SAME_TYPE, JAM_NOTHING)

struct jam_lookup {
    const char *name;
    const char *version; /* NULL = default */
    size_t offset;       /* of the pointer in struct jam_real */
};

#define JAM_LOOKUP(ret, name, params, args, version)                                               \
    {#name, version, offsetof(struct jam_real, name)},
#define JAM_LOOKUP_COMPAT(ret, name, params, args, version)                                        \
    {#name, version, offsetof(struct jam_real, name##_compat)},
static const struct jam_lookup jam_lookups[] = {JAM_HOOK_TABLE(JAM_LOOKUP, JAM_LOOKUP_COMPAT)};

static const void *jam_real_object(void *function)
{
    struct dl_find_object found;
    return function && !_dl_find_object(function, &found) ? found.dlfo_map_start : NULL;
}

/*
 * A lookup that fails makes the dynamic linker allocate its message; the first hook may have been
 * called by the target's allocator, which would then wait for itself. The program stands before us:
 * what it alone defines (an allocator's operator delete), RTLD_NEXT does not find. Not
 * dl_iterate_phdr: a sanitizer's runtime has its own, which does not work before that has begun.
 */
static bool real_is_defined(const char *name)
{
    struct dl_find_object file;
    if (_dl_find_object(&jam_real, &file) != 0)
        return false;
    for (const struct link_map *map = file.dlfo_link_map->l_next; map; map = map->l_next) {
        if (_dl_find_object(map->l_ld, &file) != 0)
            continue;
        struct jam_image image = jam_image_describe(&file);
        if (jam_symbol_find(&image, name))
            return true;
    }
    return false;
}

/*
 * dlvsym passes over definitions without a version, which other interposers (sanitizer runtimes)
 * have, and which the dynamic linker takes for every version. dlsym alone will not do either:
 * before glibc 2.36 RTLD_NEXT gave it libc's oldest version.
 */
static void *jam_real_find(const struct jam_lookup *row)
{
    bool may_be_missing = row->name[0] == '_' || !strncmp(row->name, "free_", 5);
    if (may_be_missing && !real_is_defined(row->name))
        return NULL;
    void *versioned = row->version ? dlvsym(RTLD_NEXT, row->name, row->version) : NULL;
    if (may_be_missing && row->version)
        return versioned;
    void *next = dlsym(RTLD_NEXT, row->name);
    if (!versioned || (next && jam_real_object(next) != jam_real_object(versioned)))
        return next;
    return versioned;
}

/*
 * dlsym frees the message of an earlier failure, so looking free up would call our free, which looks
 * free up. What is freed until it is found, a few bytes, stays.
 */
static void real_keep(void *block)
{
    (void)block;
}

static void real_begin(void)
{
    void (*stub)(void *) = jam_stub_free;
    __atomic_compare_exchange_n(&jam_real.free, &stub, real_keep, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

/*
 * Our own definitions may be found by who asks whether there are any (dlsym, weak references).
 */
static void real_free_sized(void *block, size_t bytes)
{
    (void)bytes;
    jam_real.free(block);
}

static void real_free_aligned_sized(void *block, size_t alignment, size_t bytes)
{
    (void)alignment, (void)bytes;
    jam_real.free(block);
}

static void real_stand_in(void)
{
    if (jam_real.free_sized == jam_stub_free_sized)
        jam_real.free_sized = real_free_sized;
    if (jam_real.free_aligned_sized == jam_stub_free_aligned_sized)
        jam_real.free_aligned_sized = real_free_aligned_sized;
}

/*
 * A symbol that this libc lacks keeps its stub and is never called: nobody can have linked to it.
 * RTLD_NEXT finds the next definition after ours, so another interposer behind us still runs.
 */
void jam_real_resolve(void)
{
    real_begin();
    for (size_t i = 0; i < sizeof jam_lookups / sizeof *jam_lookups; i++) {
        const struct jam_lookup *row = &jam_lookups[i];
        void *found = jam_real_find(row);
        if (found)
            __atomic_store_n((void **)((char *)&jam_real + row->offset), found, __ATOMIC_RELEASE);
    }
    real_stand_in();
    jam_allocator_find((const void *)jam_real.free, (const void *)jam_real._ZdlPv);
}
