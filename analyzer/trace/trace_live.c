/* Asks /proc about the process that a trace names. */
#include "trace/trace_live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START_FIELD 22 /* of /proc/PID/stat, counted from 1 */

/* The start time in jiffies, 0 if there is no such process or it is a zombie. */
static uint64_t start_jiffies(uint32_t pid)
{
    char path[64];
    char line[1024] = "";
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    /* Field 2, the name, stands in parentheses and may hold anything; field 3 is the state. */
    const char *at = is_read ? strrchr(line, ')') : NULL;
    if (!at || !at[1] || at[2] == 'Z' || at[2] == 'X')
        return 0;
    for (int field = 2; at && field < START_FIELD; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

bool jam_trace_is_running(const struct jam_header *header)
{
    return header->process_start_jiffies && header->end_kind == JAM_END_UNKNOWN &&
           start_jiffies(header->pid) == header->process_start_jiffies;
}

uint64_t jam_trace_running_ns(const struct jam_header *header)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    return ns > header->clock_first.monotonic_ns ? ns - header->clock_first.monotonic_ns : 0;
}
