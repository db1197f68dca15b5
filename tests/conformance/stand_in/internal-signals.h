/* The signals that the C library keeps for itself. */
#ifndef STAND_IN_INTERNAL_SIGNALS_H
#define STAND_IN_INTERNAL_SIGNALS_H

#include <signal.h>

#define SIGCANCEL 32
#define SIGTIMER  SIGCANCEL
#define SIGSETXID 33

#endif
