/*
 * What an uncontended pair costs in a program that locks from many places.
 *
 * usage: stacks STACKS [FRAMES]     prints nanoseconds per pair
 *
 * Each pair comes from the next of STACKS different call stacks, all FRAMES calls deep; the calls
 * down to it are part of the figure.
 */
#include "timing.h"

#include <stdio.h>

static pthread_mutex_t stacks_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long stack_count;

static void descend(long frames, unsigned long path);

__attribute__((noinline)) static void left(long frames, unsigned long path)
{
    descend(frames, path);
    __asm__ volatile("");
}

__attribute__((noinline)) static void right(long frames, unsigned long path)
{
    descend(frames, path);
    __asm__ volatile("" ::"r"(frames)); /* unlike left(), or the two would be merged */
}

/* The bits of the path, highest last, say which way each pair of frames goes. */
__attribute__((noinline)) static void descend(long frames, unsigned long path)
{
    if (frames <= 0) {
        pthread_mutex_lock(&stacks_mutex);
        pthread_mutex_unlock(&stacks_mutex);
    } else if (path & 1) {
        right(frames - 2, path >> 1);
    } else {
        left(frames - 2, path >> 1);
    }
    __asm__ volatile("");
}

static long stack_frames;

static void all_stacks(long count)
{
    for (long i = 0; i < count; i++)
        descend(stack_frames - 1, (unsigned long)i % stack_count);
}

int main(int argc, char **argv)
{
    stack_count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    stack_frames = argc > 2 ? atol(argv[2]) : 30;
    if (stack_count < 1)
        return 99;
    bench_become_threaded();
    printf("%.3f\n", bench_each_ns(all_stacks, 1, stack_count > 1000 ? (long)stack_count : 1000));
    return 0;
}
