/*
 * What giving a block of memory back costs when locks are looked for in it.
 *
 * usage: blocks KIND [PAIRS]     prints nanoseconds for one malloc and its free
 *
 *   far      locks exist, none on the pages that the blocks lie on
 *   near     a lock lives on the block's page
 *   inside   a lock in the block was used since malloc, and ends with it: lock and unlock included
 */
#include "timing.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES = 64, HEAP_BYTES = 1 << 20 };

static bool is_locking;

static void use_lock(void *memory)
{
    pthread_mutex_t *mutex = memory;
    *mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
}

static void blocks(long count)
{
    for (long i = 0; i < count; i++) {
        void *volatile block = malloc(BLOCK_BYTES);
        if (is_locking)
            use_lock(block);
        free(block);
    }
}

/* Blocks of one size come from one place: first a neighbour, then the blocks that are measured. */
static void prepare(const char *kind)
{
    void *neighbour = malloc(BLOCK_BYTES);
    use_lock(neighbour);
    if (strcmp(kind, "far") == 0)
        for (int i = 0; i < HEAP_BYTES / BLOCK_BYTES; i++)
            *(void *volatile *)malloc(BLOCK_BYTES) = NULL;
    is_locking = strcmp(kind, "inside") == 0;
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[2]) : 10000;
    if (argc < 2 || count < 1)
        return 99;
    bench_become_threaded();
    prepare(argv[1]);
    printf("%.3f\n", bench_each_ns(blocks, 1, count));
    return 0;
}
