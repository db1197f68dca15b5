/*
 * Looking a dynamic symbol up in one loaded file, by reading its tables (ELF gABI, GNU hash).
 *
 * dlsym(3) takes the loader's lock, allocates, and leaves an error for dlerror(3) to tell the
 * target; this reads memory and nothing else, so it may be used on a lock path.
 */
#ifndef JAM_SYMBOL_H
#define JAM_SYMBOL_H

#include <stdint.h>
#include "image.h"

/* The runtime address of a symbol that the image defines, or 0. */
uint64_t jam_symbol_find(const struct jam_image *image, const char *name);

#endif
