/* Calls the function "probe" of a library: loader LIBRARY. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    int (*probe)(void) = NULL;
    if (library != NULL)
        *(void **)&probe = dlsym(library, "probe");
    if (probe == NULL) {
        fprintf(stderr, "loader: %s\n", dlerror());
        return 2;
    }
    return probe();
}
