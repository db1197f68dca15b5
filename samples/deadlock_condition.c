/*
 * A thread waits for a condition while it keeps an outer lock, which the thread that would signal
 * needs first. Innocent: it releases the outer lock before it waits.
 */
#include "pair.h"

static pthread_mutex_t session = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inbox = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_mail = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t has_session;
static bool is_full, is_innocent;

static void *sender(void *unused)
{
    pthread_barrier_wait(&has_session);
    pthread_mutex_lock(&session);
    pthread_mutex_lock(&inbox);
    is_full = true;
    pthread_cond_signal(&has_mail);
    pthread_mutex_unlock(&inbox);
    pthread_mutex_unlock(&session);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&has_session, NULL, 2);
    pthread_t thread = pair_start("sender", sender, NULL);
    pthread_mutex_lock(&session);
    pthread_barrier_wait(&has_session);
    if (is_innocent)
        pthread_mutex_unlock(&session);
    pthread_mutex_lock(&inbox);
    while (!is_full)
        pthread_cond_wait(&has_mail, &inbox);
    pthread_mutex_unlock(&inbox);
    if (!is_innocent)
        pthread_mutex_unlock(&session);
    pthread_join(thread, NULL);
    return 0;
}
