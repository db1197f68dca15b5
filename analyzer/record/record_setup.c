/* Finds the preload, checks the output and fills the environment for `lockjam record`. */
#include "record/record_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/options.h"

#define PRELOAD_NAME "liblockjam.so"

const char *const jam_record_events_choices[] = {"off", "blocking", "all", NULL};
const char *const jam_record_yes_choices[] = {"no", "yes", NULL};
const char *const jam_record_deadlock_choices[] = {"report", "abort", "wait", NULL};

/* See prepend_preload: a space can be got round, these cannot. */
static int check_preload_path(const char *path, struct jam_error *error)
{
    if (!strpbrk(path, ":;"))
        return 0;
    return jam_error_set(error, JAM_ERROR_SYSTEM,
                         "%s: the dynamic linker separates names by ':' and ';', so this path "
                         "cannot be preloaded; install lockjam elsewhere",
                         path);
}

static int find_preload(struct jam_record_setup *setup, struct jam_error *error)
{
    static const char *const places[] = {"", "../lib/lockjam/"};
    char self[PATH_MAX], candidate[PATH_MAX + 64];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (length < 0)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "/proc/self/exe: %s", strerror(errno));
    while (length > 0 && self[length - 1] != '/')
        length--;
    self[length] = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        snprintf(candidate, sizeof(candidate), "%s%s" PRELOAD_NAME, self, places[i]);
        setup->preload = access(candidate, R_OK) == 0 ? realpath(candidate, NULL) : NULL;
        if (setup->preload)
            return check_preload_path(setup->preload, error);
    }
    return jam_error_set(error, JAM_ERROR_SYSTEM,
                         PRELOAD_NAME " is neither in %s nor in %s../lib/lockjam/", self, self);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Splits what the user asked for into folder and prefix of the traces. */
static int split_output(struct jam_record_setup *setup, const char *output, struct jam_error *error)
{
    const char *slash = strrchr(output, '/');
    const char *name = slash ? slash + 1 : output;
    bool is_file = *name && !is_folder(output);

    char *folder = is_file ? strndup(output, (size_t)(name - output)) : strdup(output);
    setup->prefix = strdup(is_file ? name : "lockjam.");
    if (!folder || !setup->prefix) {
        free(folder);
        return jam_error_memory(error);
    }
    setup->folder = realpath(*folder ? folder : ".", NULL);
    if (!setup->folder)
        jam_error_set(error, JAM_ERROR_SYSTEM, "%s: %s", *folder ? folder : ".", strerror(errno));
    free(folder);
    if (!setup->folder)
        return error->code;
    int status = is_file ? asprintf(&setup->output, "%s/%s", setup->folder, name)
                         : asprintf(&setup->output, "%s/", setup->folder);
    if (status < 0)
        setup->output = NULL;
    return status < 0 ? jam_error_memory(error) : 0;
}

/* Only making a file proves that one can be made: root passes access(2) on read-only places. */
static int probe_folder(const struct jam_record_setup *setup, struct jam_error *error)
{
    char *probe;
    if (asprintf(&probe, "%s/.lockjam-%s", setup->folder, setup->run_id) < 0)
        return jam_error_memory(error);
    int fd = open(probe, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) {
        jam_error_set(error, JAM_ERROR_SYSTEM, "cannot write a trace in %s: %s", setup->folder,
                      strerror(errno));
    } else {
        close(fd);
        unlink(probe);
    }
    free(probe);
    return error->code;
}

/* The preload never overwrites a file; the user who names one wants it replaced. */
static int remove_older(const char *path, struct jam_error *error)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return 0;
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: not a regular file, not replaced", path);
    if (unlink(path) < 0)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    return 0;
}

static int prepare_output(struct jam_record_setup *setup, const char *output,
                          struct jam_error *error)
{
    const char *inherited = getenv("LOCKJAM_OUTPUT");

    if (!output)
        output = inherited && *inherited ? inherited : "./";
    if (!*output)
        return jam_error_set(error, JAM_ERROR_USAGE, "--output: the name is empty");
    int status = split_output(setup, output, error);
    if (!status)
        status = probe_folder(setup, error);
    if (!status && setup->output[strlen(setup->output) - 1] != '/')
        status = remove_older(setup->output, error);
    return status;
}

static int parse_max_size(struct jam_record_setup *setup, const char *text, struct jam_error *error)
{
    /* Less than this could not even hold one chunk of events. */
    static const struct jam_option row = {
        .long_name = "max-size",
        .type = JAM_OPTION_SIZE,
        .offset = JAM_OPTION_AT(struct jam_record_setup, max_bytes),
        .minimum = 64 << 10,
        .maximum = 1ULL << 50,
    };
    if (!text)
        return 0;
    setup->has_max_bytes = true;
    if (strcmp(text, "unlimited") == 0 || strcmp(text, "0") == 0)
        return 0;
    return jam_options_store(&row, setup, text, error);
}

static int make_run_id(struct jam_record_setup *setup, struct jam_error *error)
{
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return jam_error_set(error, JAM_ERROR_SYSTEM, "getrandom: %s", strerror(errno));
    snprintf(setup->run_id, sizeof(setup->run_id), "%016llx", (unsigned long long)random);
    return 0;
}

int jam_record_setup_init(struct jam_record_setup *setup, const struct jam_record_options *options,
                          struct jam_error *error)
{
    memset(setup, 0, sizeof(*setup));
    int status = parse_max_size(setup, options->max_size, error);
    if (!status)
        status = make_run_id(setup, error);
    if (!status)
        status = find_preload(setup, error);
    if (!status)
        status = prepare_output(setup, options->output, error);
    return status;
}

void jam_record_setup_fini(struct jam_record_setup *setup)
{
    free(setup->preload);
    free(setup->folder);
    free(setup->prefix);
    free(setup->output);
}

static int prepend(const char *variable, const char *value)
{
    const char *others = getenv(variable);
    char *list;

    if (!others || !*others)
        return setenv(variable, value, 1);
    if (asprintf(&list, "%s:%s", value, others) < 0)
        return -1;
    int status = setenv(variable, list, 1);
    free(list);
    return status;
}

/*
 * Ours comes first, so that it sees the locks of the other preloaded libraries too. LD_PRELOAD
 * cannot hold a path with a space, but LD_LIBRARY_PATH can.
 */
static int prepend_preload(const char *preload)
{
    if (!strchr(preload, ' '))
        return prepend("LD_PRELOAD", preload);
    char *folder = strndup(preload, (size_t)(strrchr(preload, '/') - preload));
    int status = folder ? prepend("LD_LIBRARY_PATH", folder) : -1;
    free(folder);
    return status ? status : prepend("LD_PRELOAD", PRELOAD_NAME);
}

/*
 * AddressSanitizer ends a program at once if its runtime is not the first library. Preloading that
 * runtime before ours would bring it into every child, where it finds leaks that are none of ours;
 * lifting the check does nothing to other programs. In front, so that the user's own word counts.
 */
static int lift_link_order_check(void)
{
    return prepend("ASAN_OPTIONS", "verify_asan_link_order=0");
}

int jam_record_setup_apply(const struct jam_record_setup *setup,
                           const struct jam_record_options *options)
{
    char size[24], depth[24];
    snprintf(size, sizeof(size), "%llu", (unsigned long long)setup->max_bytes);
    snprintf(depth, sizeof(depth), "%llu", (unsigned long long)options->stack_depth);

    const struct {
        const char *name, *value;
        bool is_given;
    } variables[] = {
        {"LOCKJAM_OUTPUT", setup->output, true},
        {"LOCKJAM_RUN", setup->run_id, true},
        {"LOCKJAM_EVENTS", jam_record_events_choices[options->events < 0 ? 0 : options->events],
         options->events >= 0},
        {"LOCKJAM_MAX_SIZE", size, setup->has_max_bytes},
        {"LOCKJAM_STACK_DEPTH", depth, options->stack_depth > 0},
        {"LOCKJAM_FOLLOW_FORK", jam_record_yes_choices[options->follow_fork > 0],
         options->follow_fork >= 0},
    };
    for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
        if (variables[i].is_given && setenv(variables[i].name, variables[i].value, 1) < 0)
            return -1;
    return lift_link_order_check() ? -1 : prepend_preload(setup->preload);
}
