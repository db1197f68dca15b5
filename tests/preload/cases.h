/*
 * A target whose behaviours are cases with names: the first argument chooses one.
 */
#ifndef CASES_H
#define CASES_H

#include <stddef.h>
#include <string.h>

struct named_case {
    const char *name;
    void (*run)(void);
};

/* For main() to return: 0, or 2 if there is no such case. */
static inline int run_case(const struct named_case *cases, size_t count, int argc, char **argv)
{
    for (size_t i = 0; i < count; i++)
        if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return 0;
        }
    return 2;
}

#endif
