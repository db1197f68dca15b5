/* desk.c with a change made: a rwlock in place of the desk's mutex. */
#define DESK_SHARED
#include "desk.c"
