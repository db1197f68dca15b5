/*
 * Children of fork that lock where their parent did, so that what it knew about code may serve them.
 *
 * usage: forks same FOLDER       the child takes the parent's lock by the parent's calls
 *        forks other FOLDER      it unloads a library first, and loads another at its addresses
 *
 * FOLDER holds libplugin_a.so and libplugin_b.so. Prints whether the second library met the first.
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;

static void *load(const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    void *library = dlopen(path, RTLD_NOW);
    if (!library)
        abort();
    return library;
}

static void *entry_of(void *library)
{
    void *entry = dlsym(library, "plugin_run");
    if (!entry)
        abort();
    return entry;
}

static __attribute__((noinline)) void inside(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    __asm__ volatile("");
}

static __attribute__((noinline)) void use(void *library)
{
    ((void (*)(void (*)(void)))entry_of(library))(inside);
    __asm__ volatile("");
}

/* Returns whether the other library lies where this one did. */
static int replace(void **library)
{
    Dl_info before, after;
    dladdr(entry_of(*library), &before);
    const void *base = before.dli_fbase;
    dlclose(*library);
    *library = load("libplugin_b.so");
    dladdr(entry_of(*library), &after);
    return after.dli_fbase == base;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    folder = argv[2];
    void *library = load("libplugin_a.so");
    pid_t child = 0;
    for (volatile int i = 0; i < 2; i++) { /* volatile: one call serves both rounds */
        if (i == 1 && (child = fork()) == 0 && !strcmp(argv[1], "other"))
            printf("met: %d\n", replace(&library));
        use(library);
    }
    if (child == 0)
        return 0;
    int status;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}
