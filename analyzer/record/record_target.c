/* Runs the recorded program: fork, exec, signals, job control, end. Single-threaded. */
#include "record/record_target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the program must get back before it executes. */
struct inherited_signals {
    sigset_t mask;
    struct sigaction child_action;
};

/*
 * Faults must end us where they happen. SIGCHLD gets its default disposition: if it were ignored,
 * as some parents leave it, the kernel would throw the program's exit status away.
 */
static void take_signals(struct inherited_signals *inherited)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t all;

    sigfillset(&all);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        sigdelset(&all, faults[i]);
    sigprocmask(SIG_BLOCK, &all, &inherited->mask);
    sigaction(SIGCHLD, &standard, &inherited->child_action);
}

/* In the new process. On failure sends errno through the pipe, which a successful exec closes. */
static void execute(const struct jam_record_target *target,
                    const struct inherited_signals *inherited, int report)
{
    sigaction(SIGCHLD, &inherited->child_action, NULL);
    sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
    if (target->prepare(target->prepare_argument) == 0)
        execvp(target->arguments[0], target->arguments);
    int reason = errno;
    while (write(report, &reason, sizeof(reason)) < 0 && errno == EINTR)
        ;
    _exit(127);
}

/* 0 once the program executes, else the errno that stopped it. */
static int read_start_report(int report)
{
    int reason = 0;
    ssize_t got;
    while ((got = read(report, &reason, sizeof(reason))) < 0 && errno == EINTR)
        ;
    return got == sizeof(reason) ? reason : 0;
}

static int start(struct jam_record_target *target, const struct inherited_signals *inherited,
                 struct jam_error *error)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "pipe: %s", strerror(errno));
    target->pid = fork();
    if (target->pid == 0)
        execute(target, inherited, report[1]);
    int reason = target->pid < 0 ? errno : 0;
    close(report[1]);
    if (target->pid > 0) {
        reason = read_start_report(report[0]);
        if (reason)
            waitpid(target->pid, NULL, 0);
    }
    close(report[0]);
    if (!reason)
        return 0;
    return jam_error_set(error, JAM_ERROR_SYSTEM, "cannot start '%s': %s", target->arguments[0],
                         strerror(reason));
}

/* The driver signals the whole foreground group; an alarm of ours, say, is for us alone. */
static bool is_from_terminal(const siginfo_t *info)
{
    static const int signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGHUP, SIGWINCH};
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        if (info->si_signo == signals[i])
            return info->si_code == SI_KERNEL;
    return false;
}

static void read_clocks(struct jam_record_end *end)
{
    struct timespec now;
#if defined(__x86_64__)
    end->tsc = __builtin_ia32_rdtsc();
#endif
    clock_gettime(CLOCK_MONOTONIC, &now);
    end->monotonic_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Follows a stop that the terminal caused; the shell sees it and later continues the whole group.
 * A plain SIGSTOP is left alone: whoever sent it to the program will continue the program, not us.
 */
static void follow_stop(int wait_status)
{
    int cause = WSTOPSIG(wait_status);
    if (cause == SIGTSTP || cause == SIGTTIN || cause == SIGTTOU)
        raise(SIGSTOP);
}

/* Looks what became of the program; true when it has ended. */
static bool has_ended(pid_t pid, struct jam_record_end *end)
{
    while (waitpid(pid, &end->wait_status, WNOHANG | WUNTRACED) == pid) {
        if (!WIFSTOPPED(end->wait_status)) {
            read_clocks(end);
            return true;
        }
        follow_stop(end->wait_status);
    }
    return false;
}

/* The next signal; 0 if none came until the next tick is due. */
static int next_signal(const struct jam_record_target *target, const sigset_t *every,
                       siginfo_t *info)
{
    const struct timespec limit = {.tv_nsec = target->tick_ns};
    if (!target->tick)
        return sigwaitinfo(every, info);
    int number = sigtimedwait(every, info, &limit);
    return number < 0 && errno == EAGAIN ? 0 : number;
}

int jam_record_target_run(struct jam_record_target *target, struct jam_record_end *end,
                          struct jam_error *error)
{
    struct inherited_signals inherited;
    sigset_t every;
    siginfo_t info;

    memset(end, 0, sizeof(*end));
    take_signals(&inherited);
    if (start(target, &inherited, error))
        return error->code;
    sigprocmask(SIG_SETMASK, NULL, &every);
    while (!has_ended(target->pid, end)) {
        int number = next_signal(target, &every, &info);
        if (number == 0)
            target->tick(target->tick_argument);
        else if (number > 0 && number != SIGCHLD && !is_from_terminal(&info))
            kill(target->pid, number);
    }
    return 0;
}
