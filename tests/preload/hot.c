/*
 * Takes free locks, each PAIRS times, in two threads that share none, under conditions in which
 * anything but plain stores to memory of their own would show.
 *
 * usage: hot calls     a system call kills the process; calls of malloc and changes of errno are
 * counted hot shared    the tables that all threads share in the trace (LOCKJAM_OUTPUT) cannot be
 * written
 *
 * Prints what it counted. Before that, every path is walked WARM times under no conditions.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>
#include "trace_format.h"

enum { THREADS = 2, WARM = 100, PAIRS = 100000, ERRNO = 4321 };

struct locks {
    pthread_mutex_t outer, inner;
    pthread_rwlock_t rwlock;
    pthread_spinlock_t spin;
    mtx_t mtx;
    FILE *stream;
    pthread_once_t once;
    sem_t sem;
};

static struct locks locks[THREADS];
static unsigned arrived;      /* atomic */
static unsigned errno_breaks; /* atomic */
static unsigned heap_calls;   /* atomic */
static unsigned is_counting;
static void (*condition_thread)(void);
static void (*condition_process)(void);

/* --- the heap, watched --- */

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void __libc_free(void *memory);

static void heap_count(void)
{
    __atomic_fetch_add(&heap_calls, is_counting, __ATOMIC_RELAXED);
}

void *malloc(size_t bytes)
{
    heap_count();
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    heap_count();
    return __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    heap_count();
    return __libc_realloc(old, bytes);
}

void free(void *memory)
{
    heap_count();
    __libc_free(memory);
}

/* --- the work --- */

/* Without system calls: both threads run, or soon will. */
static void meet(unsigned expected)
{
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < expected)
        __builtin_ia32_pause();
}

static void initialise(void)
{
}

__attribute__((noinline)) static void take_locks(struct locks *mine)
{
    pthread_mutex_lock(&mine->outer);
    pthread_mutex_lock(&mine->inner);
    pthread_mutex_unlock(&mine->inner);
    pthread_mutex_unlock(&mine->outer);
    pthread_rwlock_rdlock(&mine->rwlock);
    pthread_rwlock_unlock(&mine->rwlock);
    pthread_rwlock_wrlock(&mine->rwlock);
    pthread_rwlock_unlock(&mine->rwlock);
    if (pthread_mutex_trylock(&mine->inner) == 0)
        pthread_mutex_unlock(&mine->inner);
    pthread_spin_lock(&mine->spin);
    pthread_spin_unlock(&mine->spin);
    mtx_lock(&mine->mtx);
    mtx_unlock(&mine->mtx);
    flockfile(mine->stream);
    funlockfile(mine->stream);
    pthread_once(&mine->once, initialise);
    sem_post(&mine->sem);
    sem_wait(&mine->sem);
    if (errno != ERRNO)
        __atomic_fetch_add(&errno_breaks, 1, __ATOMIC_RELAXED);
}

static void *work(void *argument)
{
    struct locks *mine = argument;
    const int times[] = {WARM, PAIRS};
    for (int round = 0; round < 2; round++) {
        errno = ERRNO;
        for (int i = 0; i < times[round]; i++)
            take_locks(mine);
        meet(THREADS * (2 * round + 1));
        if (round == 0 && mine == locks)
            condition_process();
        if (round == 0)
            condition_thread();
        meet(THREADS * (2 * round + 2));
    }
    return NULL;
}

/* Leaving the thread would be a system call. */
static void *work_and_stay(void *argument)
{
    work(argument);
    for (;;)
        __builtin_ia32_pause();
    return NULL;
}

/* --- conditions --- */

static void condition_none(void)
{
}

static void condition_count(void)
{
    is_counting = 1;
}

/* From now on this thread may write and end; anything else kills the process. */
static void condition_no_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(77);
}

static unsigned protected_kinds; /* a bit for each kind of extent that was found */

/* The tables of the process: found by whoever looks for a lock, a stack, a thread. */
static void protect_extents(char *begin, const char *end)
{
    const unsigned tables = 1u << JAM_EXTENT_LOCKS | 1u << JAM_EXTENT_STACKS |
                            1u << JAM_EXTENT_THREADS | 1u << JAM_EXTENT_MODULES |
                            1u << JAM_EXTENT_STRINGS | 1u << JAM_EXTENT_HOLDERS;
    while (begin < end) {
        const struct jam_extent *extent = (const struct jam_extent *)begin;
        if (extent->magic != JAM_EXTENT_MAGIC)
            return;
        char *next = begin + extent->bytes;
        if (tables >> extent->kind & 1 && mprotect(begin, extent->bytes, PROT_READ) == 0)
            protected_kinds |= 1u << extent->kind;
        begin = next;
    }
}

static const struct jam_header *header;
static struct jam_header header_before;

static void condition_shared(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long begin, end, offset;
        if (!strstr(line, getenv("LOCKJAM_OUTPUT")) ||
            sscanf(line, "%lx-%lx %*s %lx", &begin, &end, &offset) != 3)
            continue;
        if (offset == 0)
            header = (const struct jam_header *)begin;
        protect_extents((char *)begin + (offset ? 0 : JAM_HEADER_BYTES), (const char *)end);
    }
    header_before = *header;
    fclose(maps);
}

/* The clock pair is refreshed now and then by design: once in some 10 ms. */
static int header_changes(void)
{
    struct jam_header after = *header;
    after.clock_last = header_before.clock_last;
    return memcmp(&after, &header_before, sizeof after) != 0;
}

static void say(void)
{
    char text[200];
    int bytes = snprintf(text, sizeof text, "heap=%u errno=%u header=%d kinds=%u\n", heap_calls,
                         errno_breaks, header ? header_changes() : 0, protected_kinds);
    /* Not write(2): a semaphore is held, and what blocks under a lock is recorded. */
    if (syscall(SYS_write, 1, text, (size_t)bytes) != bytes)
        syscall(SYS_exit_group, 1);
}

int main(int argc, char **argv)
{
    pthread_t other;
    int is_shared = argc > 1 && strcmp(argv[1], "shared") == 0;
    condition_thread = is_shared ? condition_none : condition_no_calls;
    condition_process = is_shared ? condition_shared : condition_count;
    for (int i = 0; i < THREADS; i++) {
        pthread_mutex_init(&locks[i].outer, NULL);
        pthread_mutex_init(&locks[i].inner, NULL);
        pthread_rwlock_init(&locks[i].rwlock, NULL);
        pthread_spin_init(&locks[i].spin, PTHREAD_PROCESS_PRIVATE);
        mtx_init(&locks[i].mtx, mtx_plain);
        locks[i].stream = tmpfile();
        sem_init(&locks[i].sem, 0, 0);
    }
    if (pthread_create(&other, NULL, work_and_stay, &locks[1]) != 0)
        return 1;
    work(&locks[0]);
    is_counting = 0;
    say();
    syscall(SYS_exit_group, 0);
}
