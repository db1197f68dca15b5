/*
 * While a thread is muted, its operations are forwarded and not even counted as lost: they are
 * those of libunwind on our behalf.
 */
#ifndef JAM_MUTE_H
#define JAM_MUTE_H

#include <stdbool.h>

extern __thread bool jam_mute; /* of the calling thread */

#endif
