/* desk.c with a change made: half the time at the desk. */
#define DESK_US 5000
#include "desk.c"
