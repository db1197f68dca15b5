/*
 * Locks at the ends of known chains of calls, in every way that a stack can be hard to walk.
 *
 * usage: stacks                 prints the chains, innermost function first; a name with ? may be
 * missing stacks FOLDER          runs; FOLDER holds libplugin_a.so and libplugin_b.so
 *
 * Each chain is walked many times, so that remembered stacks are used. Each lock is taken in a
 * function that takes no other. preload_stacks_test.py builds this file with many compiler options
 * and compares: no other chain may be in the trace, and none may be missing.
 */
#define _GNU_SOURCE
#include <alloca.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define TIMES 100
#define DEPTH 10000

/* No inlining and no cloning; KEEP_FRAME at its end makes a call before it no tail call. */
#define FRAME        __attribute__((noinline))
#define KEEP_FRAME() __asm__ volatile("" ::: "memory")
#define INLINE       static inline __attribute__((always_inline))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner_mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;

static const char *const chains[] = {
    "plain_c plain_b plain_a run main",
    "shared_callee shared_first run main",
    "shared_callee shared_second run main",
    "inline_c inline_b inline_a run main",
    "with_alloca run main",
    "below_alloca with_alloca run main",
    "with_vla run main",
    "realigned below_realigned run main",
    "handler_b handler interrupted_b interrupted_a run main",
    "handler_b handler interrupted_b interrupted_a on_alternate run main",
    "handler_b handler interrupted_b interrupted_a thread_with_high_alternate",
    "coroutine_b coroutine_a",
    "recurse*63 ...",
    "recurse recurse recurse deep run main",
    "jump_b jump_a jump run main",
    "after_jump jump run main",
    "tail_end tail_middle? tail_start run main",
    "plain_c plain_b plain_a small_thread",
    "in_plugin plugin_a_inner plugin_run plugins run main",
    "in_plugin plugin_b_inner plugin_b_middle plugin_run plugins run main",
    "plugin_a_inner plugin_run plugins run main",
    "plugin_b_inner plugin_b_middle plugin_run plugins run main",
    "many_ways way_0 run main",
    "many_ways way_1 run main",
    "many_ways way_2 run main",
};

/* --- calls --- */

FRAME void plain_c(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void plain_b(int unused)
{
    plain_c();
    KEEP_FRAME();
    (void)unused;
}

FRAME void plain_a(void)
{
    plain_b(1);
    KEEP_FRAME();
}

/* Two callers whose frames look alike: the same stack pointer and return address in the callee. */
FRAME void shared_callee(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void shared_first(void)
{
    shared_callee();
    KEEP_FRAME();
}

FRAME void shared_second(void)
{
    shared_callee();
    KEEP_FRAME();
}

FRAME void many_ways(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

#define WAY(n)                                                                                     \
    FRAME void way_##n(void)                                                                       \
    {                                                                                              \
        many_ways();                                                                               \
        KEEP_FRAME();                                                                              \
    }
WAY(0)
WAY(1)
WAY(2)

INLINE void inline_c(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

INLINE void inline_b(void)
{
    inline_c();
}

FRAME void inline_a(void)
{
    inline_b();
    KEEP_FRAME();
}

/* At most levels of optimisation the middle frame is not there when the lock is taken. */
FRAME void tail_end(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void tail_middle(void)
{
    tail_end();
}

FRAME void tail_start(void)
{
    tail_middle();
    KEEP_FRAME();
}

/* --- frames of changing size --- */

FRAME void below_alloca(volatile char *room)
{
    room[0] = 1;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void with_alloca(void)
{
    for (size_t bytes = 16; bytes < 5000; bytes += 333) {
        volatile char *room = alloca(bytes);
        pthread_mutex_lock(&inner_mutex);
        pthread_mutex_unlock(&inner_mutex);
        below_alloca(room);
    }
    KEEP_FRAME();
}

static volatile int vla_size = 100;

FRAME void with_vla(void)
{
    for (int i = 1; i < 9; i++) {
        volatile char room[vla_size * i];
        room[0] = 1;
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        vla_size += room[0] - 1;
    }
    KEEP_FRAME();
}

FRAME void realigned(void)
{
    _Alignas(64) volatile char room[256];
    room[0] = 1;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    vla_size += room[0] - 1;
    KEEP_FRAME();
}

FRAME void below_realigned(void)
{
    realigned();
    KEEP_FRAME();
}

FRAME void recurse(int depth)
{
    if (depth > 0) {
        recurse(depth - 1);
    } else {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    KEEP_FRAME();
}

FRAME void deep(void)
{
    recurse(2);
    recurse(DEPTH);
    KEEP_FRAME();
}

/* --- signals --- */

FRAME void handler_b(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void handler(int number)
{
    (void)number;
    handler_b();
    KEEP_FRAME();
}

FRAME void interrupted_b(void)
{
    __asm__ volatile("int3" ::: "memory");
    KEEP_FRAME();
}

FRAME void interrupted_a(void)
{
    interrupted_b();
    KEEP_FRAME();
}

static void handle(int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(SIGTRAP, &action, NULL);
}

static void use_alternate(void *stack, size_t bytes)
{
    stack_t alternate = {.ss_sp = stack, .ss_size = bytes, .ss_flags = stack ? 0 : SS_DISABLE};
    sigaltstack(&alternate, NULL);
}

FRAME void on_alternate(void)
{
    static char stack[64 << 10];
    use_alternate(stack, sizeof stack);
    handle(SA_ONSTACK);
    interrupted_a();
    handle(0);
    use_alternate(NULL, 0);
    KEEP_FRAME();
}

/* The alternate stack lies above the thread's own. */
FRAME void *thread_with_high_alternate(void *stack)
{
    use_alternate(stack, 64 << 10);
    for (int i = 0; i < TIMES; i++)
        interrupted_a();
    use_alternate(NULL, 0);
    return NULL;
}

/* --- stacks of their own --- */

static ucontext_t scheduler_context, coroutine_context;

FRAME void coroutine_b(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void coroutine_a(void)
{
    for (;;) {
        coroutine_b();
        swapcontext(&coroutine_context, &scheduler_context);
        KEEP_FRAME();
    }
}

FRAME void coroutines(void)
{
    static char *stacks[2];
    ucontext_t contexts[2];
    for (int i = 0; i < 2; i++) {
        stacks[i] = malloc(64 << 10);
        getcontext(&contexts[i]);
        contexts[i].uc_stack = (stack_t){.ss_sp = stacks[i], .ss_size = 64 << 10};
        makecontext(&contexts[i], coroutine_a, 0);
    }
    for (int i = 0; i < TIMES; i++) {
        coroutine_context = contexts[i % 2];
        swapcontext(&scheduler_context, &contexts[i % 2]);
        contexts[i % 2] = coroutine_context;
    }
    free(stacks[0]);
    free(stacks[1]);
}

static jmp_buf jump_back;

FRAME void jump_b(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    longjmp(jump_back, 1);
}

FRAME void jump_a(void)
{
    jump_b();
    KEEP_FRAME();
}

FRAME void after_jump(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

FRAME void jump(void)
{
    if (setjmp(jump_back) == 0)
        jump_a();
    after_jump();
    KEEP_FRAME();
}

FRAME void *small_thread(void *unused)
{
    for (int i = 0; i < TIMES; i++)
        plain_a();
    return unused;
}

static void run_thread(void *(*start)(void *), size_t bytes, void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, bytes);
    if (pthread_create(&thread, &attributes, start, argument) != 0)
        abort();
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

/* --- libraries that come and go at the same addresses --- */

FRAME void in_plugin(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    KEEP_FRAME();
}

/* Returns where the library was. */
FRAME void *plugins(const char *name)
{
    char path[PATH_MAX];
    Dl_info info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    void *library = dlopen(path, RTLD_NOW);
    void *symbol = library ? dlsym(library, "plugin_run") : NULL;
    if (!symbol || !dladdr(symbol, &info))
        abort();
    for (int i = 0; i < 3; i++)
        ((void (*)(void (*)(void)))symbol)(in_plugin);
    dlclose(library);
    return info.dli_fbase;
}

FRAME void run(void)
{
    static void (*const simple[])(void) = {
        plain_a,         shared_first, shared_second, inline_a,      tail_start,
        way_0,           way_1,        way_2,         with_alloca,   with_vla,
        below_realigned, deep,         jump,          interrupted_a, on_alternate,
    };
    handle(0);
    for (int i = 0; i < TIMES; i++)
        for (size_t j = 0; j < sizeof simple / sizeof *simple; j++)
            simple[j]();
    int met = 0;
    for (int i = 0; i < TIMES / 10; i++)
        met += plugins("libplugin_a.so") == plugins("libplugin_b.so");
    printf("met %d of %d\n", met, TIMES / 10);
    KEEP_FRAME();
}

int main(int argc, char **argv)
{
    char alternate[64 << 10];
    for (size_t i = 0; argc < 2 && i < sizeof chains / sizeof *chains; i++)
        puts(chains[i]);
    if (argc < 2)
        return 0;
    folder = argv[1];
    run();
    coroutines();
    run_thread(small_thread, PTHREAD_STACK_MIN, NULL);
    handle(SA_ONSTACK);
    run_thread(thread_with_high_alternate, 256 << 10, alternate);
    return 0;
}
