/* Reads baselines. */
#include "core/finding/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "core/finding/finding.h"
#include "util/text_file.h"

#define ID_DIGITS 16

static bool is_kind(const char *text, size_t length)
{
    for (unsigned i = 0; i < JAM_FINDING_KINDS; i++) {
        const char *name = jam_finding_kind_name(i);
        if (strlen(name) == length && strncmp(name, text, length) == 0)
            return true;
    }
    return false;
}

static int parse_line(struct jam_baseline *baseline, const struct jam_text_lines *lines,
                      const char *line, struct jam_error *error)
{
    if (strspn(line, "0123456789abcdef") != ID_DIGITS || line[ID_DIGITS] != ' ')
        return jam_text_lines_error(
            lines, error, "'%.60s' does not begin with an id: 16 digits of 0-9 and a-f", line);
    const char *kind = line + ID_DIGITS + 1;
    size_t length = strcspn(kind, " ");
    if (!is_kind(kind, length))
        return jam_text_lines_error(lines, error, "'%.*s' is no kind of finding",
                                    length < 60 ? (int)length : 60, kind);
    uint32_t number = (uint32_t)baseline->count;
    uint32_t at = jam_map_insert(&baseline->by_id, strtoull(line, NULL, 16), 0, number);
    if (at == JAM_MAP_NONE)
        return jam_error_memory(error);
    baseline->count += at == number;
    return 0;
}

int jam_baseline_parse(struct jam_baseline *baseline, const char *name, char *text,
                       struct jam_error *error)
{
    struct jam_text_lines lines = {.name = name, .next = text};
    char *line = jam_text_lines_next(&lines);
    int status = 0;
    if (!line || strcmp(line, JAM_BASELINE_TITLE) != 0) {
        lines.number = 1;
        return jam_text_lines_error(&lines, error, "not a baseline: the first line is not '%s'",
                                    JAM_BASELINE_TITLE);
    }
    while (!status && (line = jam_text_lines_next(&lines)))
        if (*line && *line != '#')
            status = parse_line(baseline, &lines, line, error);
    return status;
}

void jam_baseline_fini(struct jam_baseline *baseline)
{
    jam_map_fini(&baseline->by_id);
    *baseline = (struct jam_baseline){0};
}

bool jam_baseline_has(const struct jam_baseline *baseline, uint64_t id)
{
    return jam_map_find(&baseline->by_id, id, 0) != JAM_MAP_NONE;
}
