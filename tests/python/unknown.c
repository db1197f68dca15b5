/*
 * A program that looks like an interpreter of a version that nobody knows yet.
 *
 * usage: unknown VERSION
 */
#include <pthread.h>
#include <stdio.h>

const char *Py_GetVersion(void);
int Py_IsFinalizing(void);
void *PyGILState_GetThisThreadState(void);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *version;
char PyCode_Type[416];

const char *Py_GetVersion(void)
{
    return version;
}

int Py_IsFinalizing(void)
{
    return 0;
}

/* Nothing that anybody may look into. */
void *PyGILState_GetThisThreadState(void)
{
    return (void *)8;
}

int main(int argc, char **argv)
{
    version = argc > 1 ? argv[1] : "";
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    puts("done");
    return 0;
}
