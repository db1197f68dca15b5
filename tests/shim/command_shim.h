/* The options of the commands, as their tables have them. */
#ifndef JAM_COMMAND_SHIM_H
#define JAM_COMMAND_SHIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Name of the command number `index`, NULL past the last. */
const char *jam_shim_command(size_t index);

/* Long name of its option number `option`, NULL past the last; its letter, 0 = none. */
const char *jam_shim_option(size_t index, size_t option, char *letter);

/* Choice number `choice` of that option, NULL past the last. */
const char *jam_shim_choice(size_t index, size_t option, size_t choice);

#ifdef __cplusplus
}
#endif

#endif
