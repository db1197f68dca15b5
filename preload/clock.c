/* Choice and calibration of the trace's clock. */
#include "clock.h"

#include <cpuid.h>

bool jam_clock_is_tsc;

uint16_t jam_clock_choose(void)
{
    unsigned eax, ebx, ecx, edx = 0;
    enum { INVARIANT_TSC = 1 << 8 };
    jam_clock_is_tsc = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) && (edx & INVARIANT_TSC);
    return jam_clock_is_tsc ? JAM_CLOCK_TSC : JAM_CLOCK_MONOTONIC;
}

uint64_t jam_clock_stated_hz(void)
{
    unsigned eax, ebx, ecx, edx;
    if (!jam_clock_is_tsc)
        return 1000000000;
    if (__get_cpuid(0x15, &eax, &ebx, &ecx, &edx) && eax && ebx && ecx)
        return (uint64_t)ecx * ebx / eax;
    __cpuid(1, eax, ebx, ecx, edx);
    if (!(ecx & (1u << 31))) /* no hypervisor */
        return 0;
    __cpuid(0x40000000, eax, ebx, ecx, edx);
    if (eax < 0x40000010)
        return 0;
    __cpuid(0x40000010, eax, ebx, ecx, edx); /* kHz: the convention VMware began */
    return (uint64_t)eax * 1000;
}

static uint64_t jam_clock_ns(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t jam_clock_monotonic_ns(void)
{
    return jam_clock_ns(CLOCK_MONOTONIC);
}

uint64_t jam_clock_realtime_ns(void)
{
    return jam_clock_ns(CLOCK_REALTIME);
}

struct jam_clock_pair jam_clock_read_pair(void)
{
    uint64_t before = jam_ticks();
    uint64_t ns = jam_clock_monotonic_ns();
    uint64_t after = jam_ticks();
    return (struct jam_clock_pair){before + jam_ticks_between(before, after) / 2, ns};
}
