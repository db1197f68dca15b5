/* Two mutexes and two conditions that lie, and are initialised, as those of CPython's GIL: no GIL. */
#include <pthread.h>

static struct {
    pthread_cond_t cond;
    pthread_mutex_t mutex;
    pthread_cond_t switch_cond;
    pthread_mutex_t switch_mutex;
} queue;

int main(void)
{
    pthread_mutex_init(&queue.mutex, NULL);
    pthread_mutex_init(&queue.switch_mutex, NULL);
    pthread_cond_init(&queue.cond, NULL);
    pthread_cond_init(&queue.switch_cond, NULL);
    for (int i = 0; i < 10; i++) {
        pthread_mutex_lock(&queue.mutex);
        pthread_cond_signal(&queue.cond);
        pthread_mutex_unlock(&queue.mutex);
        pthread_mutex_lock(&queue.switch_mutex);
        pthread_cond_signal(&queue.switch_cond);
        pthread_mutex_unlock(&queue.switch_mutex);
    }
    return 0;
}
