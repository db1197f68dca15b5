/*
 * The library's constructor, and the order in which modules forget an earlier session.
 *
 * The constructor runs after those of the target's other libraries and before those of the program.
 * It makes ready what would be unsafe on a lock path: loading libunwind and registering for fork.
 * Whether and when a session begins is decided by the first operation. If that comes from a
 * library's constructor, the work is done then, unless malloc is not libc's: the lock may be the
 * allocator's own, and dlopen would call it. Stacks are one frame deep until here, and counted.
 * (Running first, by -z initfirst, is no way out: dlopen would initialise libc with an empty
 * environment.)
 */
#include "depend.h"
#include "frame_rule.h"
#include "growth.h"
#include "lock.h"
#include "module.h"
#include "ring.h"
#include "session.h"
#include "stack.h"
#include "thread.h"
#include "unwinder.h"
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

void jam_tables_reset(void)
{
    jam_module_reset();
    jam_rules_forget();
    jam_stack_reset();
    jam_lock_reset();
    jam_thread_reset();
    jam_depend_reset();
    jam_ring_configure();
    jam_stack_verifies = jam_config.verifies_stacks;
}

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
}

static void start_once(char **environment)
{
    static bool has_started;
    if (has_started)
        return;
    has_started = true;
    jam_config_set_environment(environment);
    jam_thread_mute(true);
    jam_unwinder_load();
    jam_thread_mute(false);
    pthread_atfork(start_before_fork, start_after_fork_parent, start_after_fork_child);
}

/* The file that a symbol of the target's global scope comes from. */
static const struct link_map *start_file_of(const char *symbol)
{
    struct dl_find_object found;
    void *address = dlsym(RTLD_DEFAULT, symbol);
    return address && _dl_find_object(address, &found) == 0 ? found.dlfo_link_map : NULL;
}

void jam_start_early(void)
{
    if (environ && start_file_of("malloc") == start_file_of("gnu_get_libc_version"))
        start_once(environ);
}

__attribute__((constructor)) static void start(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv;
    start_once(environment);
}
