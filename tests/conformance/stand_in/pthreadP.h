/* Some tests include the C library's inner header for what the installed ones say as well. */
#ifndef STAND_IN_PTHREADP_H
#define STAND_IN_PTHREADP_H

#include <internal-signals.h>
#include <internaltypes.h>
#include <pthread.h>
#include <semaphore.h>

#endif
