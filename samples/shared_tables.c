/*
 * Two tables and one lock. The cooks know nothing of the cars, the drivers nothing of the recipes,
 * and yet they wait for each other: two locks would do. In the innocent variant everybody uses both
 * tables, and nothing says that one lock is not what they need.
 *
 * usage: shared_tables [apart|together]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EACH = 2, ROUNDS = 60, WORK_US = 400 };

static pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER;
static long recipes, cars;
static int is_together;

static void put_recipe(void)
{
    pthread_mutex_lock(&tables);
    usleep(WORK_US);
    recipes++;
    pthread_mutex_unlock(&tables);
}

static void put_car(void)
{
    pthread_mutex_lock(&tables);
    usleep(WORK_US);
    cars++;
    pthread_mutex_unlock(&tables);
}

static void *cook(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        put_recipe();
        if (is_together)
            put_car();
    }
    return NULL;
}

static void *driver(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        put_car();
        if (is_together)
            put_recipe();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[2 * EACH];

    is_together = argc > 1 && strcmp(argv[1], "together") == 0;
    for (int i = 0; i < EACH; i++) {
        pthread_create(&thread[2 * i], NULL, cook, NULL);
        pthread_create(&thread[2 * i + 1], NULL, driver, NULL);
    }
    for (int i = 0; i < 2 * EACH; i++)
        pthread_join(thread[i], NULL);
    printf("%ld recipes, %ld cars\n", recipes, cars);
    return 0;
}
