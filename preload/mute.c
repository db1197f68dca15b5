/* The mute of a thread. */
#include "mute.h"

__thread bool jam_mute;
