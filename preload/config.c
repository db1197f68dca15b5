/* Reads the environment, row by row. Runs once per session, before anything is recorded. */
#include "config.h"
#include "diag.h"
#include "trace_format.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct jam_config jam_config;

static char **config_environment; /* NULL before our constructor */

void jam_config_set_environment(char **environment)
{
    config_environment = environment;
}

/* getenv(3) of our own: the target may have interposed it, and it is 10 lines. */
static const char *jam_config_get(const char *name)
{
    size_t length = strlen(name);
    char **environment = config_environment ? config_environment : environ;
    for (char **entry = environment; entry && *entry; entry++)
        if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

/* Decimal digits and an optional K, M or G; false if it is anything else or overflows. */
static bool jam_config_number(const char *text, uint64_t *value)
{
    uint64_t number = 0;
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *text - '0', &number))
            return false;
    static const char units[] = "KMG";
    const char *unit = *text ? strchr(units, *text) : NULL;
    if (unit) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);
        if (number > UINT64_MAX >> shift)
            return false;
        number <<= shift;
        text++;
    }
    if (*text)
        return false;
    *value = number;
    return true;
}

static bool jam_config_set_events(const char *text)
{
    static const char *const modes[] = {"off", "blocking", "all"};
    for (uint32_t mode = 0; mode < 3; mode++)
        if (!strcmp(text, modes[mode])) {
            jam_config.event_mode = mode;
            return true;
        }
    return false;
}

static bool jam_config_set_size(const char *text)
{
    if (!strcmp(text, "unlimited")) {
        jam_config.ring_bytes = 0;
        return true;
    }
    return jam_config_number(text, &jam_config.ring_bytes);
}

static bool jam_config_set_depth(const char *text)
{
    uint64_t depth;
    if (!jam_config_number(text, &depth) || depth < 1 || depth > JAM_MAX_FRAMES)
        return false;
    jam_config.depth_frames = (uint32_t)depth;
    return true;
}

static bool jam_config_set_fork(const char *text)
{
    jam_config.follows_fork = strcmp(text, "no") != 0;
    return !strcmp(text, "yes") || !strcmp(text, "no");
}

static bool jam_config_set_verify(const char *text)
{
    jam_config.verifies_stacks = !strcmp(text, "stacks");
    return jam_config.verifies_stacks || !*text;
}

static bool jam_config_set_output(const char *text)
{
    jam_config.output = text;
    return *text != '\0';
}

static bool jam_config_set_run(const char *text)
{
    jam_config.run_id = text;
    return true;
}

struct jam_config_row {
    const char *name;
    bool (*set)(const char *text); /* false: not understood */
    const char *expected;
};

static const struct jam_config_row jam_config_rows[] = {
    {"LOCKJAM_OUTPUT", jam_config_set_output, " is empty; using the default name"},
    {"LOCKJAM_RUN", jam_config_set_run, ""},
    {"LOCKJAM_EVENTS", jam_config_set_events, ": expected off, blocking or all; using blocking"},
    {"LOCKJAM_MAX_SIZE", jam_config_set_size, ": expected BYTES[K|M|G] or unlimited; using 64M"},
    {"LOCKJAM_STACK_DEPTH", jam_config_set_depth, ": expected 1 to 256; using 64"},
    {"LOCKJAM_FOLLOW_FORK", jam_config_set_fork, ": expected yes or no; using yes"},
    {"LOCKJAM_VERIFY", jam_config_set_verify, ": expected stacks; verifying nothing"},
};

void jam_config_read(void)
{
    static const struct jam_config defaults = {
        .run_id = "",
        .event_mode = JAM_EVENTS_BLOCKING,
        .depth_frames = JAM_DEFAULT_STACK_DEPTH,
        .ring_bytes = JAM_DEFAULT_RING_BYTES,
        .follows_fork = true,
    };
    jam_config = defaults;
    for (size_t i = 0; i < sizeof jam_config_rows / sizeof *jam_config_rows; i++) {
        const struct jam_config_row *row = &jam_config_rows[i];
        const char *text = jam_config_get(row->name);
        if (text && !row->set(text))
            jam_diag(row->name, row->expected, NULL);
    }
    if (jam_config.output && !*jam_config.output)
        jam_config.output = NULL;
}
