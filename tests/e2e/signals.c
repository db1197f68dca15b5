/*
 * Writes "got NUMBER" for every signal that arrives, "ready" before the first. SIGTERM ends it with
 * status 42. SIGTSTP keeps its default action, so that the terminal can stop it.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t start_mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t is_over;

static void say(int number)
{
    char text[] = "got 00\n";
    text[4] = (char)('0' + number / 10);
    text[5] = (char)('0' + number % 10);
    if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
        _exit(1);
    if (number == SIGTERM)
        is_over = 1;
}

int main(void)
{
    static const int numbers[] = {SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGWINCH};
    struct sigaction action = {.sa_handler = say};
    sigset_t caught, none;

    pthread_mutex_lock(&start_mutex);
    sigemptyset(&caught);
    sigemptyset(&none);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        sigaddset(&caught, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &caught, NULL);
    pthread_mutex_unlock(&start_mutex);
    if (write(STDOUT_FILENO, "ready\n", 6) != 6)
        return 1;
    while (!is_over)
        sigsuspend(&none);
    return 42;
}
