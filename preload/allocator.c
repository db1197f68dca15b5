/* Tells the target's allocator by the files that its functions come from. */
#include "allocator.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>

struct jam_allocator jam_allocator = {.reach = JAM_BLOCK_REACH_OTHER};

static const void *allocator_file(const void *function)
{
    struct dl_find_object found;
    return function && !_dl_find_object((void *)function, &found) ? found.dlfo_map_start : NULL;
}

/* `own` is our library: what lies there is a stub, not a definition. */
static enum jam_deletes allocator_deletes(const void *own, const void *file, const void *next)
{
    if (allocator_file(next) == own)
        return JAM_DELETES_LOCAL;
    return allocator_file(next) == file ? JAM_DELETES_BY_ALLOCATOR : JAM_DELETES_BY_FREE;
}

void jam_allocator_find(const void *next_free, const void *next_delete)
{
    const void *own = allocator_file(jam_allocator_find);
    const void *first_free = dlsym(RTLD_DEFAULT, "free");
    void *size = dlsym(RTLD_DEFAULT, "malloc_usable_size");
    const void *file = allocator_file(first_free);
    file = file == own ? allocator_file(next_free) : file;
    bool is_libc = file && file == allocator_file(gnu_get_libc_version);
    if (!is_libc && file == allocator_file(size))
        jam_allocator.usable_size = (size_t(*)(void *))size;
    jam_allocator.reach = is_libc ? JAM_BLOCK_REACH_LIBC : JAM_BLOCK_REACH_OTHER;
    jam_allocator.is_libc = is_libc;
    jam_allocator.deletes = allocator_deletes(own, file, next_delete);
}
