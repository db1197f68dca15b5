/* What tests of the C library ask about stacks: on x86-64 they grow down and hold no code. */
#ifndef STAND_IN_STACKINFO_H
#define STAND_IN_STACKINFO_H

#include <elf.h>

#define _STACK_GROWS_DOWN   1
#define DEFAULT_STACK_PERMS (PF_R | PF_W)

#endif
