/* The cases of hooks.c that give memory back: a mutex that was used in it has ended then. */
#ifndef HOOKS_MEMORY_H
#define HOOKS_MEMORY_H

#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static void *prepare_mutex_in(void *memory)
{
    pthread_mutex_t *inside = memory;
    OK(memory == NULL || memory == MAP_FAILED);
    *inside = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    OK(pthread_mutex_lock(inside));
    OK(pthread_mutex_unlock(inside));
    return memory;
}

static void *prepare_block(void)
{
    return prepare_mutex_in(malloc(sizeof(pthread_mutex_t)));
}

static void *prepare_pages(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

CASE(free, "destroyed mutex")
{
    free(prepare_block());
}

CASE(realloc, "destroyed mutex")
{
    OK(realloc(prepare_block(), 100 * PAGE) == NULL);
}

CASE(reallocarray, "destroyed mutex")
{
    OK(reallocarray(prepare_block(), 100, PAGE) == NULL);
}

CASE(munmap, "destroyed mutex")
{
    OK(munmap(prepare_mutex_in(prepare_pages()), PAGE));
}

CASE(mmap, "destroyed mutex")
{
    void *old = prepare_mutex_in(prepare_pages());
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    OK(mmap(old, PAGE, PROT_READ, flags, -1, 0) != old);
}

CASE(mmap64, "destroyed mutex")
{
    void *old = prepare_mutex_in(prepare_pages());
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    OK(mmap64(old, PAGE, PROT_READ, flags, -1, 0) != old);
}

/* Moved to where another mapping was: the fifth argument is handed on. */
CASE(mremap, "destroyed mutex")
{
    void *old = prepare_mutex_in(prepare_pages());
    void *target = prepare_pages();
    OK(mremap(old, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) != target);
}

/* This program is in C: no definition of operator delete follows ours, so it must come to free. */
static void do_delete(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    OK(found == NULL);
    ((void (*)(void *, size_t, size_t))found)(prepare_block(), 64, 64);
}

/* C23's, which this libc may lack: ours stands for free then. */
CASE(free_sized, "destroyed mutex")
{
    void *found = dlsym(RTLD_DEFAULT, "free_sized");
    OK(found == NULL);
    ((void (*)(void *, size_t))found)(prepare_block(), sizeof(pthread_mutex_t));
}

CASE(free_aligned_sized, "destroyed mutex")
{
    void *found = dlsym(RTLD_DEFAULT, "free_aligned_sized");
    void *block = prepare_mutex_in(aligned_alloc(64, 64));
    OK(found == NULL);
    ((void (*)(void *, size_t, size_t))found)(block, 64, 64);
}

#define CASE_DELETE(name)                                                                          \
    CASE(name, "destroyed mutex")                                                                  \
    {                                                                                              \
        do_delete(#name);                                                                          \
    }

CASE_DELETE(_ZdlPv)
CASE_DELETE(_ZdaPv)
CASE_DELETE(_ZdlPvm)
CASE_DELETE(_ZdaPvm)
CASE_DELETE(_ZdlPvSt11align_val_t)
CASE_DELETE(_ZdaPvSt11align_val_t)
CASE_DELETE(_ZdlPvmSt11align_val_t)
CASE_DELETE(_ZdaPvmSt11align_val_t)
CASE_DELETE(_ZdlPvRKSt9nothrow_t)
CASE_DELETE(_ZdaPvRKSt9nothrow_t)
CASE_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t)
CASE_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t)

#endif
