/*
 * An initialiser that runs once needs a lock, whose holder waits for the initialiser. Innocent: the
 * holder puts the lock down first.
 */
#include "pair.h"

static pthread_mutex_t settings = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t has_settings, is_initialising;

static void initialise(void)
{
    pthread_barrier_wait(&is_initialising);
    pthread_mutex_lock(&settings);
    pthread_mutex_unlock(&settings);
}

static void *first_user(void *unused)
{
    pthread_barrier_wait(&has_settings);
    pthread_once(&once, initialise);
    return unused;
}

int main(int argc, char **argv)
{
    bool is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&has_settings, NULL, 2);
    pthread_barrier_init(&is_initialising, NULL, 2);
    pthread_t thread = pair_start("first user", first_user, NULL);
    pthread_mutex_lock(&settings);
    pthread_barrier_wait(&has_settings);
    pthread_barrier_wait(&is_initialising);
    if (is_innocent)
        pthread_mutex_unlock(&settings);
    pthread_once(&once, initialise);
    if (!is_innocent)
        pthread_mutex_unlock(&settings);
    pthread_join(thread, NULL);
    return 0;
}
