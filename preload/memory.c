/* Private memory of the preload, by system calls only. */
#include "memory.h"
#include "arch.h"

#include <stdint.h>
#include <sys/mman.h>

enum { SMALL_BYTES = 16 << 10 }; /* soon used as a whole, and not worth a system call */

void *jam_memory_map(size_t bytes)
{
    long at = JAM_SYSCALL6(mmap, 0, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at < 0 && at > -4096)
        return NULL;
    /* A huge page would make a sparsely used table resident as a whole. */
    if (bytes > SMALL_BYTES)
        JAM_SYSCALL3(madvise, at, bytes, MADV_NOHUGEPAGE);
    return (void *)at;
}

void *jam_memory_map_wiped(size_t bytes)
{
    void *memory = jam_memory_map(bytes);
    if (memory && JAM_SYSCALL3(madvise, memory, bytes, MADV_WIPEONFORK) < 0) {
        jam_memory_unmap(memory, bytes);
        return NULL;
    }
    return memory;
}

void jam_memory_unmap(void *memory, size_t bytes)
{
    if (memory)
        JAM_SYSCALL2(munmap, memory, bytes);
}
