/* Starts the pager, lets it have the keys, and waits for it. */
#include "util/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX  16 /* of a pager's command line; more are an unusual wish, and are left out */
#define BLANKS     " \t"
#define LESS_TASTE "FRX" /* end if it fits, pass colours on, leave the text on the screen */

extern char **environ;

/* The variable that is set first decides, also if it is empty. */
static const char *pager_command(void)
{
    const char *wish = getenv("LOCKJAM_PAGER");
    if (!wish)
        wish = getenv("PAGER");
    return wish ? wish : "less";
}

/* The words of `line`, which is cut into pieces. False: that is no pager. */
static bool pager_split(char *line, char *words[WORDS_MAX + 1])
{
    char *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, BLANKS, &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, BLANKS, &rest))
        words[count++] = word;
    words[count] = NULL;
    return count && strcmp(words[0], "cat") != 0;
}

/* The keys are the pager's, and a writer finds out by EPIPE that it has ended. */
static void pager_leave_keys(struct jam_output *output)
{
    static const int signals[JAM_PAGER_SIGNALS] = {SIGINT, SIGQUIT, SIGPIPE};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < JAM_PAGER_SIGNALS; i++)
        sigaction(signals[i], &ignore, &output->before[i]);
}

static void pager_take_keys(const struct jam_output *output)
{
    static const int signals[JAM_PAGER_SIGNALS] = {SIGINT, SIGQUIT, SIGPIPE};
    for (size_t i = 0; i < JAM_PAGER_SIGNALS; i++)
        sigaction(signals[i], &output->before[i], NULL);
}

/* The process, or 0. It reads from `input`. */
static pid_t pager_spawn(char *const *words, int input)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return 0;
    if (posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) != 0 ||
        posix_spawnp(&pid, words[0], &actions, NULL, words, environ) != 0)
        pid = 0;
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Ends the text and waits until the user has read it. */
static void pager_finish(struct jam_output *output)
{
    fclose(output->stream); /* what the user did not want to read is not missed */
    while (waitpid(output->pager, NULL, 0) < 0 && errno == EINTR)
        ;
    pager_take_keys(output);
    output->stream = stdout;
    output->pager = 0;
}

/* The stream becomes a pipe to the pager; if anything fails, it stays what it was. */
static void pager_connect(struct jam_output *output, char *const *words)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    FILE *stream = fdopen(ends[1], "we");
    output->pager = stream ? pager_spawn(words, ends[0]) : 0;
    close(ends[0]);
    if (output->pager) {
        pager_leave_keys(output);
        output->stream = stream;
        output->pager_finish = pager_finish;
        return;
    }
    if (stream)
        fclose(stream);
    else
        close(ends[1]);
}

void jam_pager_start(struct jam_output *output)
{
    char *words[WORDS_MAX + 1];
    char *line;
    if (output->path || !jam_output_is_terminal(output))
        return;
    line = strdup(pager_command());
    if (line && pager_split(line, words)) {
        setenv("LESS", LESS_TASTE, 0);
        pager_connect(output, words);
    }
    free(line);
}
