/* Makes something on the first use; its loser is given back. Only the pointer is atomic. */
#ifndef STAND_IN_ALLOCATE_ONCE_H
#define STAND_IN_ALLOCATE_ONCE_H

#include <stddef.h>

static inline void *allocate_once(void **place, void *(*allocate)(void *), void (*deallocate)(void *, void *),
                                  void *closure)
{
    void *expected = NULL;
    if (*place)
        return *place;
    void *made = allocate(closure);
    if (made && !__atomic_compare_exchange_n(place, &expected, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        if (deallocate)
            deallocate(closure, made);
        return expected;
    }
    return made;
}

#endif
