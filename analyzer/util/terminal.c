/* Raw mode by termios, pictures by escape sequences. */
#include "util/terminal.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define BEGIN_TEXT "\033[?1049h\033[?25l\033[H\033[2J"
#define END_TEXT   "\033[?25h\033[?1049l"

static struct termios saved;
static bool is_begun;

static void put_back(void)
{
    ssize_t written = write(STDOUT_FILENO, END_TEXT, sizeof END_TEXT - 1);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
}

/* Only what is safe in a handler; then the signal does what it always does. */
static void on_end(int number)
{
    put_back();
    signal(number, SIG_DFL);
    raise(number);
}

/* Wakes the poll in jam_terminal_key. */
static void on_resize(int number)
{
    (void)number;
}

static void catch_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_end};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sigaction(ends[i], &action, NULL);
    action.sa_handler = on_resize;
    sigaction(SIGWINCH, &action, NULL);
}

int jam_terminal_begin(void)
{
    if (isatty(STDOUT_FILENO) != 1 || tcgetattr(STDIN_FILENO, &saved) != 0)
        return -1;
    struct termios raw = saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    catch_signals();
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
        return -1;
    is_begun = true;
    fputs(BEGIN_TEXT, stdout);
    fflush(stdout);
    return 0;
}

void jam_terminal_end(void)
{
    if (is_begun)
        put_back();
    is_begun = false;
}

struct jam_terminal_size jam_terminal_size(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col || !size.ws_row)
        return (struct jam_terminal_size){80, 24};
    return (struct jam_terminal_size){size.ws_col, size.ws_row};
}

/* Lines are overwritten and wiped to their end, so that nothing flickers. */
void jam_terminal_show(const char *text)
{
    fputs("\033[H", stdout);
    while (*text) {
        size_t length = strcspn(text, "\n");
        fwrite(text, 1, length, stdout);
        fputs("\033[K", stdout);
        text += length;
        if (*text)
            text++;
        if (*text)
            fputs("\r\n", stdout);
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

/* Arrow keys come as ESC [ A or ESC O A, all at once; a lone ESC is the key itself. */
static int decode(const unsigned char *bytes, ssize_t count)
{
    if (count <= 0)
        return JAM_KEY_CLOSED;
    if (bytes[0] != JAM_KEY_ESCAPE || count < 3)
        return bytes[0] == '\n' ? JAM_KEY_ENTER : bytes[0];
    return bytes[2] == 'A' ? JAM_KEY_UP : bytes[2] == 'B' ? JAM_KEY_DOWN : JAM_KEY_NONE;
}

int jam_terminal_key(int timeout_ms)
{
    unsigned char bytes[8];
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, timeout_ms) <= 0)
        return JAM_KEY_NONE;
    /* One byte at a time, except for the rest of a sequence: keys typed ahead are not swallowed. */
    ssize_t count = read(STDIN_FILENO, bytes, 1);
    if (count == 1 && bytes[0] == JAM_KEY_ESCAPE && poll(&input, 1, 20) > 0)
        count += read(STDIN_FILENO, bytes + 1, 2);
    return decode(bytes, count);
}
