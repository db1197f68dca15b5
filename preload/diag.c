/* One message, one write(2): pieces of two processes never mix within a line. */
#include "diag.h"
#include "arch.h"

#include <stddef.h>

static size_t jam_diag_append(char *line, size_t used, size_t size, const char *text)
{
    while (text && *text && used + 2 < size)
        line[used++] = *text++;
    return used;
}

void jam_diag(const char *what, const char *subject, const char *rest)
{
    char line[1024];
    size_t used = jam_diag_append(line, 0, sizeof line, "lockjam: ");
    used = jam_diag_append(line, used, sizeof line, what);
    used = jam_diag_append(line, used, sizeof line, subject);
    used = jam_diag_append(line, used, sizeof line, rest);
    line[used++] = '\n';
    JAM_SYSCALL3(write, 2, line, used);
}
