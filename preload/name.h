/*
 * Names that the target gives: strings in the file, each text once, told by their number.
 *
 * A lock may be named before it is first used. Its name then waits at its address for the lock's
 * generation to begin, and goes if the memory goes first.
 */
#ifndef JAM_NAME_H
#define JAM_NAME_H

#include <stdint.h>

/*
 * The number of this text: the n-th string of key JAM_STRING_NAME. At most 255 bytes count. 0: no
 * space, counted, or an empty text. Takes the growth lock.
 */
uint32_t jam_name_number(const char *text);

/* Keep a name for the lock that will begin at this address; 0 forgets it. Under the growth lock. */
void jam_name_keep(uint64_t address, uint32_t number);

/* The name that was kept for this address, which is then forgotten; 0 = none. Same condition. */
uint32_t jam_name_take(uint64_t address);

#endif
