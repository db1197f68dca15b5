/*
 * Locks made by hand on the futex, and other uses of the function `syscall`.
 *
 * usage: futexes CASE      ends with 0 if every call answered as it should
 */
#include "asleep.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define OK(expression)                                                                             \
    do {                                                                                           \
        if (!(expression)) {                                                                       \
            printf("line %d: %s, errno %d\n", __LINE__, #expression, errno);                       \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static uint32_t word;
static int sleeper;

/* --- a mutex of three states (Drepper, "Futexes Are Tricky") --- */

__attribute__((noinline)) static void hand_lock(uint32_t *mutex)
{
    uint32_t seen = 0;
    if (__atomic_compare_exchange_n(mutex, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    while (__atomic_exchange_n(mutex, 2, __ATOMIC_ACQUIRE) != 0)
        syscall(SYS_futex, mutex, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

__attribute__((noinline)) static void hand_unlock(uint32_t *mutex)
{
    if (__atomic_exchange_n(mutex, 0, __ATOMIC_RELEASE) == 2)
        syscall(SYS_futex, mutex, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *take_and_give(void *mutex)
{
    about_to_sleep(&sleeper);
    hand_lock(mutex);
    hand_unlock(mutex);
    return NULL;
}

static int run_mutex(void)
{
    pthread_t thread;
    hand_lock(&word);
    OK(pthread_create(&thread, NULL, take_and_give, &word) == 0);
    await_sleep(&sleeper);
    hand_unlock(&word);
    OK(pthread_join(thread, NULL) == 0);
    return 0;
}

/* --- answers --- */

static int run_answers(void)
{
    struct timespec soon = {0, 1000000};
    errno = 77;
    OK(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0 && errno == 77);
    OK(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0) == -1);
    OK(errno == ETIMEDOUT);
    OK(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0) == -1);
    OK(errno == EAGAIN);
    OK(syscall(SYS_futex, NULL, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0) == -1 && errno == EFAULT);
    OK(syscall(SYS_futex, &word, 127, 1, NULL, NULL, 0) == -1 && errno == ENOSYS);
    return 0;
}

/* All six arguments of another call, and one that returns twice on its own stack. */
static int run_others(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    long pages = syscall(SYS_mmap, NULL, 8192L, (long)PROT_READ, (long)flags, -1L, 0L);
    OK(pages != -1 && *(char *)pages == 0);
    OK(syscall(SYS_munmap, pages, 8192L) == 0);
    OK(syscall(SYS_close, -1L) == -1 && errno == EBADF);
    long child = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    if (child == 0)
        _exit(42);
    int status;
    OK(waitpid((pid_t)child, &status, 0) == child && WEXITSTATUS(status) == 42);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } cases[] = {{"mutex", run_mutex}, {"answers", run_answers}, {"others", run_others}};
    for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++)
        if (strcmp(argv[1], cases[i].name) == 0)
            return cases[i].run();
    return 2;
}
