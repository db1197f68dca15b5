/*
 * What starting a process costs, bare and preloaded in turn.
 *
 * usage: start COUNT LIBRARY PROGRAM [ARGUMENT]...
 *
 * Starts PROGRAM and waits for its end, COUNT times as it is and COUNT times with
 * LD_PRELOAD=LIBRARY, alternating; prints the median microseconds of each.
 */
#include "timing.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_COUNT = 10000 };

static double start_us(char **command)
{
    double start = bench_now_ns();
    pid_t pid;
    int status;

    if (posix_spawnp(&pid, command[0], NULL, NULL, command, environ) != 0)
        exit(98);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        exit(97);
    return (bench_now_ns() - start) / 1000;
}

int main(int argc, char **argv)
{
    static double bare[MAX_COUNT], preloaded[MAX_COUNT];
    long count = argc > 3 ? atol(argv[1]) : 0;

    if (count < 1 || count > MAX_COUNT)
        return 99;
    for (long i = 0; i < count; i++) {
        unsetenv("LD_PRELOAD");
        bare[i] = start_us(argv + 3);
        setenv("LD_PRELOAD", argv[2], 1);
        preloaded[i] = start_us(argv + 3);
    }
    printf("%.1f %.1f\n", bench_median(bare, count), bench_median(preloaded, count));
    return 0;
}
