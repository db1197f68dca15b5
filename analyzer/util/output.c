/* Opens and closes the product's stream, with every write error noticed. */
#include "util/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_file(const char *path, const char *other)
{
    struct stat a;
    struct stat b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

int jam_output_open(struct jam_output *output, const char *path, char *const *inputs, size_t count,
                    struct jam_error *error)
{
    *output = (struct jam_output){.stream = stdout, .path = path};
    if (!path)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (is_same_file(path, inputs[i]))
            return jam_error_set(error, JAM_ERROR_USAGE, "-o %s would overwrite an input", path);
    output->stream = fopen(path, "we");
    if (output->stream)
        return 0;
    return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: cannot be written: %s", path,
                         strerror(errno));
}

int jam_output_close(struct jam_output *output, struct jam_error *error)
{
    if (output->pager) {
        output->pager_finish(output);
        return 0;
    }
    bool has_failed = fflush(output->stream) != 0 || ferror(output->stream);
    int reason = errno;
    if (output->path && fclose(output->stream) != 0 && !has_failed) {
        has_failed = true;
        reason = errno;
    }
    /* main() must not report the same failure again. */
    if (!output->path)
        clearerr(stdout);
    if (!has_failed)
        return 0;
    return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: cannot be written: %s",
                         output->path ? output->path : "standard output", strerror(reason));
}

bool jam_output_is_terminal(const struct jam_output *output)
{
    return output->pager || isatty(fileno(output->stream)) == 1;
}
