/*
 * The library's constructor. It runs after those of the target's other libraries and before those
 * of the program, and makes ready what would be unsafe on a lock path: loading libunwind and
 * registering for fork. Whether and when a session begins is decided by the first operation, which
 * may come from a library's constructor before us (jam_unwinder_load_early). Running first, by -z
 * initfirst, is no way out: dlopen would initialise libc with an empty environment.
 */
#include "config.h"
#include "growth.h"
#include "life.h"
#include "module.h"
#include "unwinder.h"

#include <pthread.h>

/*
 * libunwind's own allocator has a lock: no other thread may be inside while the process forks, or
 * the child could never learn a frame again. The growth lock covers it.
 */
static bool fork_has_growth;

static void start_before_fork(void)
{
    bool has_it = jam_growth_lock();
    fork_has_growth = has_it;
}

static void start_after_fork_parent(void)
{
    if (fork_has_growth)
        jam_growth_unlock();
}

static void start_after_fork_child(void)
{
    jam_growth_reset();
    jam_module_inherit(fork_has_growth);
}

__attribute__((constructor)) static void start(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv;
    jam_config_set_environment(environment);
    jam_unwinder_load();
    jam_life_watch_forks();
    pthread_atfork(start_before_fork, start_after_fork_parent, start_after_fork_child);
}
