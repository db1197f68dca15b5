/* Reads /proc/PID/maps. */
#include "trace/trace_find.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace_format.h"

/* Whether the file is the trace of this very process: a child maps its parent's for a moment. */
static bool is_trace_of(const char *path, uint32_t pid)
{
    struct jam_header header;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is_read = pread(fd, &header, sizeof header, 0) == sizeof header;
    close(fd);
    return is_read && memcmp(header.magic, JAM_MAGIC, sizeof header.magic) == 0 &&
           header.pid == pid;
}

/* The path of a line about a file that is mapped shared and writable, NULL for others. */
static char *shared_path(char *line)
{
    const char *space = strchr(line, ' ');
    char *path = strchr(line, '/');
    if (!space || !path || strncmp(space + 1, "rw-s", 4) != 0)
        return NULL;
    path[strcspn(path, "\n")] = '\0';
    return path;
}

static char *find_in_maps(FILE *maps, uint32_t pid)
{
    char *line = NULL;
    char *found = NULL;
    size_t size = 0;
    while (!found && getline(&line, &size, maps) > 0) {
        const char *path = shared_path(line);
        if (path && is_trace_of(path, pid))
            found = strdup(path);
    }
    free(line);
    return found;
}

int jam_trace_find(char **path, uint32_t pid, struct jam_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/%" PRIu32 "/maps", pid);
    FILE *maps = fopen(name, "re");
    if (!maps)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "process %" PRIu32 ": %s", pid,
                             errno == ENOENT ? "no such process" : strerror(errno));
    *path = find_in_maps(maps, pid);
    fclose(maps);
    if (*path)
        return 0;
    return jam_error_set(error, JAM_ERROR_INPUT,
                         "process %" PRIu32 " writes no trace that is still there: it was not "
                         "started with 'lockjam record', has not locked anything yet, or its trace "
                         "was deleted",
                         pid);
}
