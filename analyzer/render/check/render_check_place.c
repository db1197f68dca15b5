/* Turns the paths of debug information into relative ones. */
#include "render/check/render_check_place.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "render/check/render_check_name.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* Behind the current folder, NULL if the path is elsewhere. */
static const char *below_here(const char *path)
{
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here))
        return NULL;
    size_t length = strlen(here);
    return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

/* A compiler that ran in a folder for builds records "../src/a.c". */
static const char *skip_dots(const char *path)
{
    for (;;) {
        size_t length = strspn(path, ".");
        if (length < 1 || length > 2 || path[length] != '/')
            return path;
        path += length + 1;
    }
}

static void encode(const char *prefix, const char *path, char *uri, size_t size)
{
    static const char plain[] = "-._~/+@";
    size_t used = (size_t)snprintf(uri, size, "%s", prefix);
    for (; *path && used + 4 < size; path++) {
        unsigned char byte = (unsigned char)*path;
        if (isalnum(byte) || strchr(plain, byte))
            uri[used++] = (char)byte;
        else
            used += (size_t)snprintf(uri + used, size - used, "%%%02X", byte);
    }
    uri[used] = '\0';
}

void jam_check_frame_source(struct jam_check *check, const struct jam_symbol_frame *frame,
                            struct jam_check_source *source)
{
    (void)check;
    const char *inside = frame->file && *frame->file == '/' ? below_here(frame->file) : NULL;
    *source = (struct jam_check_source){.line = frame->line, .function = frame->function};
    if (!frame->file || !*frame->file) {
        encode("", frame->module ? base_name(frame->module) : "unknown", source->uri,
               sizeof source->uri);
        source->line = 0;
        return;
    }
    source->is_relative = inside || *frame->file != '/';
    if (source->is_relative)
        encode("", inside ? inside : skip_dots(frame->file), source->uri, sizeof source->uri);
    else
        encode("file://", frame->file, source->uri, sizeof source->uri);
}

void jam_check_source(struct jam_check *check, const struct jam_finding *finding, uint32_t stack,
                      struct jam_check_source *source)
{
    static const struct jam_symbol_frame nowhere = {0};
    struct jam_frame_list list = jam_check_frames(check, finding, stack);
    for (size_t i = 0; i < list.count; i++) {
        jam_check_frame_source(check, &list.frames[i], source);
        if (source->is_relative)
            return;
    }
    jam_check_frame_source(check, list.count ? &list.frames[0] : &nowhere, source);
}

int jam_check_source_compare(const struct jam_check_source *a, const struct jam_check_source *b)
{
    if (a->is_relative != b->is_relative)
        return a->is_relative ? -1 : 1;
    int order = strcmp(a->uri, b->uri);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}
