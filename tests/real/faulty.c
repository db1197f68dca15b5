/* A thread reads memory after it was freed (argument "use") or loses some ("leak"). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static char *volatile kept;

static void *work(void *fault)
{
    kept = malloc(77);
    kept[0] = 1;
    if (strcmp(fault, "use") == 0) {
        free(kept);
        return kept[0] ? fault : NULL;
    }
    kept = NULL;
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc < 2 || pthread_create(&thread, NULL, work, argv[1]))
        return 2;
    pthread_join(thread, NULL);
    return 0;
}
