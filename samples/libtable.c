/*
 * A table behind a mutex, as a C library that knows nothing of Python: for gil_table.py.
 *
 * What a visitor does is none of the table's business, so a library does well to call it without
 * the mutex: table_visit_held does not.
 */
#include <pthread.h>

static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;
static long entries;

void table_put(void)
{
    pthread_mutex_lock(&table_mutex);
    entries++;
    pthread_mutex_unlock(&table_mutex);
}

void table_visit_held(void (*visitor)(long))
{
    pthread_mutex_lock(&table_mutex);
    visitor(entries);
    pthread_mutex_unlock(&table_mutex);
}

void table_visit_released(void (*visitor)(long))
{
    pthread_mutex_lock(&table_mutex);
    long seen = entries;
    pthread_mutex_unlock(&table_mutex);
    visitor(seen);
}
