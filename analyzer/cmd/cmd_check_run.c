/* Records a program for a check, in a folder that goes away. */
#include "cmd/cmd_check_run.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"

static int make_temporary(struct jam_check_run *run, struct jam_error *error)
{
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent)
        parent = "/tmp";
    if (asprintf(&run->folder, "%s/lockjam-check.XXXXXX", parent) < 0) {
        run->folder = NULL;
        return jam_error_memory(error);
    }
    run->is_temporary = mkdtemp(run->folder) != NULL;
    if (!run->is_temporary)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: cannot be made: %s", run->folder,
                             strerror(errno));
    return 0;
}

static int make_folder(struct jam_check_run *run, const char *folder, struct jam_error *error)
{
    if (!folder)
        return make_temporary(run, error);
    run->folder = strdup(folder);
    if (!run->folder)
        return jam_error_memory(error);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: cannot be made: %s", folder,
                             strerror(errno));
    return 0;
}

/* There is nothing in it but traces: the folder was made for them. */
static void remove_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(folder);
}

static void fill_facts(struct jam_check_run *run, char **arguments)
{
    int status = run->run.end.wait_status;
    bool is_exit = WIFEXITED(status);
    run->facts = (struct jam_facts){
        .pid = (uint32_t)run->run.target.pid,
        .executable = arguments[0],
        .arguments = arguments,
        .end_kind = run->run.watch.is_killed ? JAM_END_KILLED
                    : is_exit                ? JAM_END_EXIT
                                             : JAM_END_SIGNAL,
        .end_value = (uint32_t)(is_exit ? WEXITSTATUS(status) : WTERMSIG(status)),
    };
    while (arguments[run->facts.argument_count])
        run->facts.argument_count++;
}

static int collect_paths(struct jam_check_run *run, struct jam_error *error)
{
    const struct jam_record_traces *traces = &run->run.traces;
    run->paths = calloc(traces->count + 1, sizeof *run->paths);
    if (!run->paths)
        return jam_error_memory(error);
    for (size_t i = 0; i < traces->count; i++)
        run->paths[i] = traces->list[i].path;
    run->count = traces->count;
    return 0;
}

int jam_check_run(struct jam_check_run *run, const struct jam_record_options *options,
                  const char *folder, char **arguments, struct jam_error *error)
{
    *run = (struct jam_check_run){.options = *options};
    run->run = (struct jam_record_run){
        .options = &run->options, .arguments = arguments, .ends_deadlocked = true};
    run->run.watch.news = -1;
    int status = make_folder(run, folder, error);
    if (status)
        return status;
    run->options.output = run->folder;
    status = jam_record_run(&run->run, error);
    if (!status)
        status = error->code;
    if (status)
        return status;
    fill_facts(run, arguments);
    if (!run->run.traces.count && !options->is_quiet)
        jam_record_run_tell_silence(&run->run);
    return collect_paths(run, error);
}

void jam_check_run_fini(struct jam_check_run *run)
{
    if (run->is_temporary)
        remove_folder(run->folder);
    jam_record_run_fini(&run->run);
    free(run->paths);
    free(run->folder);
}

/* A program that we ended for a finding that the user suppresses has no status of its own. */
int jam_check_run_status(const struct jam_check_run *run)
{
    const struct jam_record_watch *watch = &run->run.watch;
    if (watch->is_killed && watch->is_hang && !watch->has_timed_out)
        return 128 + SIGKILL;
    if (watch->is_killed)
        return JAM_EXIT_TIMEOUT;
    return jam_record_run_status(&run->run);
}
