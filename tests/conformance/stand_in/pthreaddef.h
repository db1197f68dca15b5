/* What one test asks of the thread implementation: the least stack of a thread, less than default. */
#ifndef STAND_IN_PTHREADDEF_H
#define STAND_IN_PTHREADDEF_H

#define ARCH_STACK_DEFAULT_SIZE (2 * 1024 * 1024)
#define MINIMAL_REST_STACK      2048
#define STACK_ALIGN             16

#endif
