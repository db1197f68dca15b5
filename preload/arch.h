/*
 * The machine: system calls, time stamp counter and the caller's frame, for x86-64 Linux.
 *
 * System calls are made inline and never through libc: libc's wrappers set errno, are cancellation
 * points (open, write), and may be interposed by somebody else. Here a failure is a negative errno
 * value as the kernel returned it.
 */
#ifndef JAM_ARCH_H
#define JAM_ARCH_H

#include <stdint.h>
#include <sys/syscall.h>

#if !defined(__x86_64__)
#error "lockjam's preload knows x86-64 only: add this machine's system calls, clock and frames here"
#endif

#define JAM_LIKELY(x)   __builtin_expect(!!(x), 1)
#define JAM_UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline long jam_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* Shapes by number of arguments; pointers and sizes are passed as they are. */
#define JAM_SYSCALL1(n, a)       jam_syscall(SYS_##n, (long)(a), 0, 0, 0, 0, 0)
#define JAM_SYSCALL2(n, a, b)    jam_syscall(SYS_##n, (long)(a), (long)(b), 0, 0, 0, 0)
#define JAM_SYSCALL3(n, a, b, c) jam_syscall(SYS_##n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define JAM_SYSCALL4(n, a, b, c, d)                                                                \
    jam_syscall(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define JAM_SYSCALL6(n, a, b, c, d, e, f)                                                          \
    jam_syscall(SYS_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline uint64_t jam_arch_ticks(void)
{
    return __builtin_ia32_rdtsc();
}

/*
 * Where a hook was called from: what the unwinder starts with. `sp` is the caller's stack pointer
 * after the call returns, `bp` its frame pointer register, `pc` the return address.
 */
struct jam_call {
    uint64_t pc;
    uint64_t sp;
    uint64_t bp;
};

/*
 * To be expanded in the body of the interposed function itself; needs -fno-omit-frame-pointer. It is
 * passed down by address, because it goes through all layers of each operation; whoever keeps it
 * beyond the hook copies it.
 */
#define JAM_CALLER()                                                                               \
    (&(const struct jam_call){.pc = ((const uint64_t *)__builtin_frame_address(0))[1],             \
                              .sp = (uint64_t)__builtin_frame_address(0) + 16,                     \
                              .bp = ((const uint64_t *)__builtin_frame_address(0))[0]})

/*
 * Call function(argument) on another stack that ends at `top` (16-byte aligned). The frame of the
 * caller stays reachable through its frame pointer, so a debugger can unwind from inside.
 */
static inline void jam_arch_call_on(void *top, void (*function)(void *), void *argument)
{
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "movq %[top], %%rsp\n\t"
                     "call *%[function]\n\t"
                     "movq %%rbx, %%rsp"
                     : "+D"(argument), [function] "+r"(function)
                     : [top] "r"(top)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc", "memory");
}

static inline void jam_arch_pause(void)
{
    __builtin_ia32_pause();
}

#endif
