/*
 * A slow consumer. Two producers fill a bounded queue faster than one consumer empties it, so the
 * producers wait for `not_full`, and hardly anybody waits for `not_empty`. The queue lives on the
 * heap: its locks have no symbol and are named by the call that created them, queue_new().
 *
 * usage: producer_consumer [ITEMS]     items of each producer
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRODUCERS = 2, CAPACITY = 16, WORK = 2000 };

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    unsigned count, head;
    long items[CAPACITY];
};

static long items = 100000;

static struct queue *queue_new(void)
{
    struct queue *queue = calloc(1, sizeof(*queue));

    if (!queue)
        exit(1);
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->not_empty, NULL);
    pthread_cond_init(&queue->not_full, NULL);
    return queue;
}

static void queue_free(struct queue *queue)
{
    pthread_cond_destroy(&queue->not_full);
    pthread_cond_destroy(&queue->not_empty);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

static void queue_push(struct queue *queue, long item)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == CAPACITY)
        pthread_cond_wait(&queue->not_full, &queue->mutex);
    queue->items[(queue->head + queue->count++) % CAPACITY] = item;
    pthread_cond_signal(&queue->not_empty);
    pthread_mutex_unlock(&queue->mutex);
}

static long queue_pop(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0)
        pthread_cond_wait(&queue->not_empty, &queue->mutex);
    long item = queue->items[queue->head];
    queue->head = (queue->head + 1) % CAPACITY;
    queue->count--;
    pthread_cond_signal(&queue->not_full);
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

static void *producer(void *queue)
{
    for (long i = 0; i < items; i++)
        queue_push(queue, i);
    return NULL;
}

static long consume(struct queue *queue)
{
    long sum = 0;

    for (long i = 0; i < items * PRODUCERS; i++) {
        sum += queue_pop(queue);
        for (volatile int work = 0; work < WORK; work++)
            ;
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct queue *queue = queue_new();
    pthread_t threads[PRODUCERS];

    if (argc > 1)
        items = atol(argv[1]);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_create(&threads[i], NULL, producer, queue);
    long sum = consume(queue);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    queue_free(queue);
    printf("sum %ld\n", sum);
    return 0;
}
