/*
 * What happens to locks where there is little of something: stack, memory, descriptors, file space,
 * permissions; and around signals that end or interrupt.
 *
 * usage: scenarios_limits [NAME]
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "scenario.h"

enum { MANY = 20000 }; /* locks that no file of ours has room for yet */

static sem_t sem;

static void set_limit(int resource, rlim_t value)
{
    struct rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = value;
    LOG(setrlimit(resource, &limit));
}

/* Everything that may make the trace grow: locks, threads, waits, call stacks. */
static void go_on(void)
{
    lock_in_thread(NULL);
    lock_many(MANY);
    in_thread(lock_in_thread, NULL);
    LOG(pthread_mutex_lock(&scenario_mutex));
    LOG(pthread_mutex_clocklock(&scenario_mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

/* --- stacks --- */

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *use_all_kinds(void *unused)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    LOG(pthread_cond_clockwait(&cond, &scenario_mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_mutex_clocklock(&scenario_mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_mutex_unlock(&scenario_mutex));
    LOG(pthread_rwlock_rdlock(&rwlock));
    LOG(pthread_rwlock_timedwrlock(&rwlock, &past));
    LOG(pthread_rwlock_unlock(&rwlock));
    LOG(sem_trywait(&sem));
    LOG(sem_timedwait(&sem, &past));
    LOG(sem_post(&sem));
    LOG(sem_wait(&sem));
    return unused;
}

static void *leave_by_exit(void *unused)
{
    pthread_mutex_lock(&scenario_mutex);
    pthread_mutex_unlock(&scenario_mutex);
    pthread_exit(unused);
}

static void minimal_stacks(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sem_init(&sem, 0, 0);
    pthread_attr_init(&attributes);
    LOG(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN));
    for (int round = 0; round < 3; round++) {
        if (pthread_create(&thread, &attributes, use_all_kinds, NULL) != 0)
            abort();
        LOG(pthread_join(thread, NULL));
        if (pthread_create(&thread, &attributes, leave_by_exit, NULL) != 0)
            abort();
        LOG(pthread_join(thread, NULL));
    }
}

static sigjmp_buf back;
static int *volatile nowhere;

static void post_and_return(int number)
{
    (void)number;
    LOG(sem_post(&sem));
    LOG(pthread_mutex_trylock(&scenario_mutex));
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

static void post_and_jump(int number)
{
    post_and_return(number);
    siglongjmp(back, 1);
}

/* A handler on a small stack of its own, which returns; one that leaves a fault by a jump. */
static void alternate_stack(void)
{
    static char stack[16384];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = post_and_return, .sa_flags = SA_ONSTACK};
    sem_init(&sem, 0, 0);
    LOG(sigaltstack(&own, NULL));
    sigaction(SIGUSR1, &action, NULL);
    action.sa_handler = post_and_jump;
    sigaction(SIGSEGV, &action, NULL);
    for (volatile int round = 0; round < 3; round++) {
        LOG(raise(SIGUSR1));
        if (sigsetjmp(back, 1) == 0)
            *nowhere = 1;
        LOG(sem_wait(&sem));
        LOG(sem_wait(&sem));
        lock_in_thread(NULL);
    }
}

/* --- signals --- */

static void *wait_over_signals(void *unused)
{
    waiter_tid = (int)syscall(SYS_gettid);
    LOG(sem_wait(&sem));
    LOG(pthread_mutex_lock(&scenario_mutex));
    LOG(pthread_cond_wait(&cond, &scenario_mutex));
    LOG(pthread_mutex_unlock(&scenario_mutex));
    return unused;
}

static void count_signal(int number)
{
    (void)number;
}

static void signal_while_asleep(pthread_t thread)
{
    await_sleep(&waiter_tid);
    pthread_kill(thread, SIGUSR1);
    await_sleep(&waiter_tid);
}

/* With SA_RESTART a semaphore waits on; a condition never ends with EINTR. */
static void restarted_waits(void)
{
    struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
    pthread_t thread;
    sigaction(SIGUSR1, &action, NULL);
    sem_init(&sem, 0, 0);
    pthread_create(&thread, NULL, wait_over_signals, NULL);
    signal_while_asleep(thread);
    sem_post(&sem);
    while (pthread_tryjoin_np(thread, NULL) == EBUSY) {
        pthread_kill(thread, SIGUSR1);
        pthread_mutex_lock(&scenario_mutex);
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&scenario_mutex);
    }
}

static void die_of(int number)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    fflush(stdout);
    raise(number);
}

static void die_of_abort(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    fflush(stdout);
    abort();
}

static void die_of_alarm(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    fflush(stdout);
    ualarm(1000, 0);
    for (;;)
        pause();
}

static void die_of_fault(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    fflush(stdout);
    *nowhere = 1;
}

static void die_of_kill(void)
{
    die_of(SIGKILL);
}

static void die_of_terminate(void)
{
    die_of(SIGTERM);
}

/* --- what runs out --- */

static void no_descriptors(void)
{
    lock_in_thread(NULL);
    set_limit(RLIMIT_NOFILE, 0);
    go_on();
    LOG(open("/dev/null", O_RDONLY));
}

static void no_descriptors_at_first(void)
{
    set_limit(RLIMIT_NOFILE, 0);
    go_on();
}

static void closed_descriptors(void)
{
    lock_in_thread(NULL);
    closefrom(3);
    go_on();
    LOG(open("/dev/null", O_RDONLY));
}

static void no_address_space(void)
{
    lock_in_thread(NULL);
    set_limit(RLIMIT_AS, 0);
    pthread_t thread;
    LOG(pthread_create(&thread, NULL, lock_in_thread, NULL));
    LOG(mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    lock_in_thread(NULL);
    static pthread_mutex_t more[1000];
    for (int i = 0; i < 1000; i++)
        if (pthread_mutex_lock(&more[i]) != 0)
            abort();
    LOG(pthread_mutex_trylock(&more[999]));
    LOG(pthread_create(&thread, NULL, lock_in_thread, NULL));
    set_limit(RLIMIT_AS, RLIM_INFINITY);
    in_thread(lock_in_thread, NULL);
}

static void no_file_space(void)
{
    lock_in_thread(NULL);
    set_limit(RLIMIT_FSIZE, 0);
    go_on();
    signal(SIGXFSZ, SIG_IGN);
    FILE *file = tmpfile();
    LOG(write(fileno(file), "x", 1));
    signal(SIGXFSZ, SIG_DFL);
    fflush(stdout);
    LOG(write(fileno(file), "x", 1));
}

static void locked_memory(void)
{
    lock_in_thread(NULL);
    LOG(mlockall(MCL_CURRENT | MCL_FUTURE) * 0);
    go_on();
}

/* A lock at an address of which every table of a power of two has the entry that NULL has. */
static void nothing_to_free(void)
{
    const size_t bytes = 1 << 20;
    void *volatile nothing = NULL;
    void *place = mmap((void *)(1ul << 44), bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    LOG(place == (void *)(1ul << 44));
    LOG(pthread_mutex_init(place, NULL));
    LOG(pthread_mutex_lock(place));
    LOG((free(nothing), 0));
    void *block = realloc(nothing, 100);
    LOG(block != NULL);
    LOG((free(block), 0));
    LOG(pthread_mutex_unlock(place));
    LOG(munmap(place, bytes));
    LOG((free(nothing), 0));
}

/* --- what is forbidden --- */

static void other_root(void)
{
    char empty[] = "/tmp/scenario.XXXXXX";
    lock_in_thread(NULL);
    if (!mkdtemp(empty))
        abort();
    int done = chroot(empty);
    LOG(done);
    LOG(chdir("/"));
    go_on();
    LOG(access("/etc/passwd", R_OK));
}

static void other_user(void)
{
    lock_in_thread(NULL);
    LOG(setgid(65534));
    LOG(setuid(65534));
    go_on();
}

static void forbid(int call, unsigned action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    LOG(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    LOG(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void no_opening(void)
{
    lock_in_thread(NULL);
    forbid(SYS_openat, SECCOMP_RET_ERRNO | EACCES);
    forbid(SYS_open, SECCOMP_RET_ERRNO | EACCES);
    go_on();
    LOG(open("/dev/null", O_RDONLY));
}

static void no_opening_at_first(void)
{
    forbid(SYS_openat, SECCOMP_RET_ERRNO | EACCES);
    forbid(SYS_open, SECCOMP_RET_ERRNO | EACCES);
    go_on();
}

static void no_reserving(void)
{
    lock_in_thread(NULL);
    forbid(SYS_fallocate, SECCOMP_RET_ERRNO | EOPNOTSUPP);
    go_on();
}

static void *never_run(void *unused)
{
    abort();
    return unused;
}

/* A stack of a size that libc keeps none of. */
static void no_mapping(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 20);
    lock_in_thread(NULL);
    forbid(SYS_mmap, SECCOMP_RET_ERRNO | ENOMEM);
    LOG(pthread_create(&thread, &attributes, never_run, NULL));
    lock_many(MANY);
    lock_in_thread(NULL);
    LOG(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

static const struct scenario scenarios[] = {
    {"minimal_stacks", minimal_stacks},
    {"alternate_stack", alternate_stack},
    {"restarted_waits", restarted_waits},
    {"die_of_abort", die_of_abort},
    {"die_of_alarm", die_of_alarm},
    {"die_of_fault", die_of_fault},
    {"die_of_kill", die_of_kill},
    {"die_of_terminate", die_of_terminate},
    {"no_descriptors", no_descriptors},
    {"no_descriptors_at_first", no_descriptors_at_first},
    {"closed_descriptors", closed_descriptors},
    {"no_address_space", no_address_space},
    {"no_file_space", no_file_space},
    {"locked_memory", locked_memory},
    {"nothing_to_free", nothing_to_free},
    {"other_root", other_root},
    {"other_user", other_user},
    {"no_opening", no_opening},
    {"no_opening_at_first", no_opening_at_first},
    {"no_reserving", no_reserving},
    {"no_mapping", no_mapping},
};

int main(int argc, char **argv)
{
    return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof *scenarios);
}
