/*
 * What one uncontended std::mutex costs: as pair.c, for C++.
 *
 * usage: std_pair [FRAMES [PAIRS]]     prints nanoseconds per pair
 */
#include "timing.h"

#include <cstdio>
#include <mutex>

static std::mutex pair_mutex;

static void std_pairs(long count)
{
    for (long i = 0; i < count; i++)
        std::lock_guard<std::mutex> guard(pair_mutex);
}

int main(int argc, char **argv)
{
    long frames = argc > 1 ? atol(argv[1]) : 10;
    long count = argc > 2 ? atol(argv[2]) : 10000;

    if (frames < 1 || count < 1)
        return 99;
    bench_become_threaded();
    printf("%.3f\n", bench_each_ns(std_pairs, frames, count));
    return 0;
}
