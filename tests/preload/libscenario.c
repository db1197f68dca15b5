/* A library that locks while it is loaded, unloaded, and when threads that used it end. */
#include <pthread.h>
#include <stdlib.h>

int library_use(void);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static int used;

static void use(void)
{
    if (pthread_mutex_lock(&mutex) != 0)
        abort();
    used++;
    if (pthread_mutex_unlock(&mutex) != 0)
        abort();
}

static void use_at_last(void *unused)
{
    (void)unused;
    use();
}

static __attribute__((constructor)) void begin(void)
{
    use();
    if (pthread_key_create(&key, use_at_last) != 0)
        abort();
}

static __attribute__((destructor)) void end(void)
{
    use();
    pthread_key_delete(key);
    pthread_mutex_destroy(&mutex);
}

int library_use(void)
{
    pthread_setspecific(key, &key);
    use();
    return used;
}
