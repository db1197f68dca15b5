/* Reads whole files, hands out lines. */
#include "util/text_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int check_size(FILE *file, const char *path, size_t *size, struct jam_error *error)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode))
        return jam_error_set(error, JAM_ERROR_INPUT, "%s: not a regular file", path);
    if (status.st_size > (off_t)JAM_TEXT_FILE_MAX_BYTES)
        return jam_error_set(error, JAM_ERROR_INPUT, "%s: too large for a file of this kind", path);
    *size = (size_t)status.st_size;
    return 0;
}

static char *read_open(FILE *file, const char *path, struct jam_error *error)
{
    size_t size = 0;
    if (check_size(file, path, &size, error) != 0)
        return NULL;
    char *text = malloc(size + 1);
    if (!text) {
        jam_error_memory(error);
        return NULL;
    }
    size_t length = fread(text, 1, size, file);
    text[length] = '\0';
    if (ferror(file))
        jam_error_set(error, JAM_ERROR_INPUT, "%s: %s", path, strerror(errno));
    else if (strlen(text) != length)
        jam_error_set(error, JAM_ERROR_INPUT, "%s: offset %zu: a NUL byte: not a text file", path,
                      strlen(text));
    else
        return text;
    free(text);
    return NULL;
}

char *jam_text_file_read(const char *path, struct jam_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        jam_error_set(error, JAM_ERROR_INPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = read_open(file, path, error);
    fclose(file);
    return text;
}

char *jam_text_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

char *jam_text_lines_next(struct jam_text_lines *lines)
{
    char *line = lines->next;
    if (!line || !*line)
        return NULL;
    char *end = strchr(line, '\n');
    lines->next = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    lines->number++;
    return jam_text_trim(line);
}

int jam_text_lines_error(const struct jam_text_lines *lines, struct jam_error *error,
                         const char *format, ...)
{
    char reason[JAM_ERROR_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return jam_error_set(error, JAM_ERROR_INPUT, "%s:%u: %s", lines->name, lines->number, reason);
}
