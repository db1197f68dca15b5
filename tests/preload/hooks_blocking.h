/* The cases of hooks.c for calls of the system that may block: each is made with a mutex held. */
#ifndef HOOKS_BLOCKING_H
#define HOOKS_BLOCKING_H

#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hooks_needs.h"

static const struct timespec blocking_moment = {0, 1000};

__attribute__((noinline)) static void prepare_held(void)
{
    OK(pthread_mutex_lock(&mutex));
    errno = 0;
}

CASE(sleep, "blocked 1")
{
    prepare_held();
    OK(sleep(0));
}

CASE(usleep, "blocked 1")
{
    prepare_held();
    OK(usleep(1));
}

CASE(nanosleep, "blocked 1")
{
    prepare_held();
    OK(nanosleep(&blocking_moment, NULL));
}

CASE(clock_nanosleep, "blocked 1")
{
    prepare_held();
    OK(clock_nanosleep(CLOCK_MONOTONIC, 0, &blocking_moment, NULL));
}

CASE(poll, "blocked 2")
{
    prepare_held();
    OK(poll(NULL, 0, 1));
}

CASE(select, "blocked 2")
{
    struct timeval limit = {0, 1000};
    prepare_held();
    OK(select(0, NULL, NULL, NULL, &limit));
}

CASE(read, "blocked 3")
{
    char byte;
    int ends[2];
    OK(pipe(ends));
    OK(close(ends[1]));
    prepare_held();
    OK((int)read(ends[0], &byte, 1));
    IS(-1, (int)read(-1, &byte, 1));
    IS(EBADF, errno);
}

CASE(write, "blocked 4")
{
    int ends[2];
    OK(pipe(ends));
    prepare_held();
    IS(1, (int)write(ends[1], "x", 1));
}

CASE(fsync, "blocked 5")
{
    prepare_held();
    IS(-1, fsync(-1));
    IS(EBADF, errno);
}

CASE(fdatasync, "blocked 5")
{
    prepare_held();
    IS(-1, fdatasync(-1));
    IS(EBADF, errno);
}

CASE(connect, "blocked 6")
{
    const struct sockaddr_un nowhere = {.sun_family = AF_UNIX, .sun_path = "/nowhere/at/all"};
    int file = socket(AF_UNIX, SOCK_STREAM, 0);
    prepare_held();
    IS(-1, connect(file, (const struct sockaddr *)&nowhere, sizeof nowhere));
    IS(ENOENT, errno);
}

#endif
