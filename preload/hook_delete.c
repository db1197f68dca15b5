/*
 * C++'s operator delete, in all its forms.
 *
 * libstdc++'s ends in free, whose hook does everything. Allocators with an operator delete of their
 * own (jemalloc, tcmalloc, mimalloc) do not, so these hooks ask for them. The forms differ by what
 * follows the block (size, alignment, nothrow): at most two words, which are handed on as they came.
 *
 * A program in C may load C++ libraries that keep their symbols to themselves (RTLD_LOCAL). Their
 * calls then find our definition first, and there is none behind it in the global scope. What the
 * caller would have got is looked up in its own scope, once for each library.
 */
#include "real.h"
#include "reclaim.h"

#include <link.h>
#include <stdbool.h>

typedef void jam_delete(void *block, uint64_t second, uint64_t third);

static struct {
    uint64_t key; /* of caller's file and name; 0 = free. Written last, pairs with the lookup */
    jam_delete *found;
} delete_known[64];

enum { DELETE_KNOWN = sizeof delete_known / sizeof *delete_known, DELETE_CLAIMED = 1 };

void jam_delete_forget(void)
{
    for (unsigned i = 0; i < DELETE_KNOWN; i++)
        __atomic_store_n(&delete_known[i].key, 0, __ATOMIC_RELAXED);
}

static void delete_by_free(void *block, uint64_t second, uint64_t third)
{
    (void)second, (void)third;
    free(block);
}

/*
 * The loader's search through the caller's own libraries. libstdc++ itself has none and gets free;
 * so does the program, whose libraries are the global scope. The caller may be there only because
 * another library needs it: only dlopen makes a list of libraries to search of it.
 */
static jam_delete *delete_search(const struct link_map *caller, const char *name)
{
    void *handle = dlopen(caller->l_name, RTLD_LAZY | RTLD_NOLOAD);
    jam_delete *found = handle ? (jam_delete *)dlsym(handle, name) : NULL;
    bool is_ours = found == (jam_delete *)dlsym(RTLD_DEFAULT, name);
    if (handle)
        jam_real.dlclose(handle);
    dlerror(); /* the target must not find a message that this left */
    return found && !is_ours ? found : delete_by_free;
}

static void delete_keep(unsigned slot, uint64_t key, jam_delete *found)
{
    uint64_t empty = 0;
    if (!__atomic_compare_exchange_n(&delete_known[slot].key, &empty, DELETE_CLAIMED, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return; /* somebody else's: searched again each time */
    delete_known[slot].found = found;
    __atomic_store_n(&delete_known[slot].key, key, __ATOMIC_RELEASE);
}

static __attribute__((noinline)) jam_delete *delete_local(uint64_t pc, const char *name)
{
    struct dl_find_object file;
    if (_dl_find_object((void *)pc, &file) != 0)
        return delete_by_free;
    uint64_t key = ((uint64_t)file.dlfo_link_map * 0x9e3779b97f4a7c15u ^ (uint64_t)name) | 2;
    unsigned slot = key >> 32 & (DELETE_KNOWN - 1);
    if (__atomic_load_n(&delete_known[slot].key, __ATOMIC_ACQUIRE) == key)
        return delete_known[slot].found;
    jam_delete *found = delete_search(file.dlfo_link_map, name);
    delete_keep(slot, key, found);
    return found;
}

static __attribute__((noinline)) jam_delete *
delete_otherwise(const struct jam_call *call, void *block, jam_delete **next, const char *name)
{
    if (jam_allocator.deletes == JAM_DELETES_UNKNOWN)
        jam_real_resolve();
    if (jam_allocator.deletes == JAM_DELETES_LOCAL)
        return delete_local(call->pc, name);
    if (jam_allocator.deletes == JAM_DELETES_BY_ALLOCATOR && jam_reclaim_may_hold(block))
        jam_reclaim(call, block, jam_allocator_bytes(block));
    return *next;
}

/* The definition to go on with, after the locks in the block have ended. */
static inline jam_delete *delete_begin(const struct jam_call *call, void *block, jam_delete **next,
                                       const char *name)
{
    if (JAM_LIKELY(jam_allocator.deletes == JAM_DELETES_BY_FREE))
        return *next;
    return delete_otherwise(call, block, next, name);
}

#define DELETE(name)                                                                               \
    JAM_EXPORT void name(void *block, uint64_t second, uint64_t third)                             \
    {                                                                                              \
        delete_begin(JAM_CALLER(), block, &jam_real.name, #name)(block, second, third);            \
    }
DELETE(_ZdlPv)
DELETE(_ZdaPv)
DELETE(_ZdlPvm)
DELETE(_ZdaPvm)
DELETE(_ZdlPvSt11align_val_t)
DELETE(_ZdaPvSt11align_val_t)
DELETE(_ZdlPvmSt11align_val_t)
DELETE(_ZdaPvmSt11align_val_t)
DELETE(_ZdlPvRKSt9nothrow_t)
DELETE(_ZdaPvRKSt9nothrow_t)
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t)
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t)
