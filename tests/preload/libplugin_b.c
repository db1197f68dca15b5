/* Like libplugin_a, with other frames and another depth of calls behind the same entry point. */
#include <alloca.h>
#include <pthread.h>

static pthread_mutex_t plugin_mutex = PTHREAD_MUTEX_INITIALIZER;

void plugin_run(void (*inside)(void));

static __attribute__((noinline)) void plugin_b_inner(void (*inside)(void), volatile char *bytes)
{
    bytes[1] = 2;
    pthread_mutex_lock(&plugin_mutex);
    inside();
    pthread_mutex_unlock(&plugin_mutex);
    __asm__ volatile("");
}

static __attribute__((noinline)) void plugin_b_middle(void (*inside)(void), int bytes)
{
    volatile char *room = alloca(bytes);
    room[0] = 1;
    plugin_b_inner(inside, room);
    room[0] = 2;
}

void plugin_run(void (*inside)(void))
{
    plugin_b_middle(inside, 100);
    __asm__ volatile("");
}
