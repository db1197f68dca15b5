/*
 * A program with an interpreter inside.
 *
 * usage: embed LIBRARY CODE
 *
 * Loads the library when a thread has already come and gone, and runs the code. With "linked" for
 * LIBRARY the interpreter is one that this program was linked with.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *take(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void *symbol(void *library, const char *name)
{
    void *address = dlsym(library, name);
    if (!address)
        fprintf(stderr, "%s\n", dlerror());
    return address;
}

static int run(void *library, const char *code)
{
    void (*initialize)(int) = (void (*)(int))symbol(library, "Py_InitializeEx");
    int (*run_string)(const char *, void *) =
        (int (*)(const char *, void *))symbol(library, "PyRun_SimpleStringFlags");
    int (*finalize)(void) = (int (*)(void))symbol(library, "Py_FinalizeEx");
    if (!initialize || !run_string || !finalize)
        return 77;
    initialize(0);
    int status = run_string(code, NULL);
    return finalize() || status;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc != 3 || pthread_create(&thread, NULL, take, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    void *library =
        strcmp(argv[1], "linked") == 0 ? RTLD_DEFAULT : dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
    if (strcmp(argv[1], "linked") != 0 && !library) {
        fprintf(stderr, "%s\n", dlerror());
        return 77;
    }
    return run(library, argv[2]);
}
