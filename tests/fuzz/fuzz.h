/*
 * What a fuzz target offers. libFuzzer calls it, and so does the regression program (fuzz_main.c).
 */
#ifndef JAM_FUZZ_H
#define JAM_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Reads `data` as an input of the program; must survive anything. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
