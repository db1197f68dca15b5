/* desk.c with a change made: a desk for each clerk. */
#define DESK_FREE
#include "desk.c"
