/* A library that locks; libplugin_b is the other, laid out so that it may take its addresses. */
#include <pthread.h>

static pthread_mutex_t plugin_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Calls `inside` with the library's mutex held. */
void plugin_run(void (*inside)(void));

static __attribute__((noinline)) void plugin_a_inner(void (*inside)(void))
{
    pthread_mutex_lock(&plugin_mutex);
    inside();
    pthread_mutex_unlock(&plugin_mutex);
    __asm__ volatile("");
}

void plugin_run(void (*inside)(void))
{
    plugin_a_inner(inside);
    __asm__ volatile("");
}
