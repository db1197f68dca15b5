/* `lockjam top`: what the locks of a running program do now. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "render/render_top.h"
#include "trace/trace_find.h"
#include "util/terminal.h"

#define SHORTEST_INTERVAL 0.1 /* seconds */

struct top_options {
    double interval;
    uint64_t count;
    int sort;
};

#define AT(field) JAM_OPTION_AT(struct top_options, field)

static const struct jam_option top_options[] = {
    {"interval", 'i', JAM_OPTION_FRACTION, "SECONDS", "time between two looks (1)", AT(interval),
     NULL, 0, 0},
    {"count", 'n', JAM_OPTION_COUNT, "N", "print N pictures as plain text, then end", AT(count),
     NULL, 1, 1000000000},
    {"sort", 's', JAM_OPTION_CHOICE, "KEY", "the column that decides the order (wait):", AT(sort),
     jam_top_sort_choices, 0, 0},
    {0},
};

#undef AT

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Pictures one after the other, for a pipe or a file. */
static int print_pictures(struct jam_top *top, const struct top_options *options,
                          struct jam_error *error)
{
    struct jam_top_view view = {.sort = (enum jam_top_sort)options->sort, .columns = 1000};
    int status = jam_top_read(top, 0, error);
    for (uint64_t i = 0; !status && (!options->count || i < options->count); i++) {
        if (!top->report.processes[0].facts.is_running)
            break;
        sleep_ms((int64_t)(options->interval * 1000));
        status = jam_top_read(top, 0, error);
        if (status)
            break;
        jam_top_print(top, &view, stdout);
        fputs("\n", stdout);
        fflush(stdout);
    }
    return status;
}

static void show(struct jam_top *top, struct jam_top_view *view)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    struct jam_terminal_size size = jam_terminal_size();
    view->columns = size.columns;
    view->rows = size.rows;
    if (!out)
        return;
    jam_top_print(top, view, out);
    if (fclose(out) == 0)
        jam_terminal_show(text);
    free(text);
}

static void press_move(struct jam_top *top, struct jam_top_view *view, int key)
{
    bool is_up = key == JAM_KEY_UP || key == 'k';
    size_t row = jam_top_row_of(top, view->selected);
    if (is_up && row)
        row--;
    if (!is_up && row + 1 < top->lock_count)
        row++;
    view->selected = jam_top_lock_at(top, row);
}

static void press_sort(struct jam_top *top, struct jam_top_view *view, int key)
{
    static const char keys[] = "wcah"; /* by enum jam_top_sort */
    (void)top;
    view->sort = (enum jam_top_sort)(strchr(keys, key) - keys);
    view->selected = 0;
}

static void press_enter(struct jam_top *top, struct jam_top_view *view, int key)
{
    (void)key;
    view->lock = jam_top_lock_at(top, jam_top_row_of(top, view->selected));
}

static void press_back(struct jam_top *top, struct jam_top_view *view, int key)
{
    (void)top;
    (void)key;
    view->lock = 0;
}

static void press_pause(struct jam_top *top, struct jam_top_view *view, int key)
{
    (void)top;
    (void)key;
    view->is_paused = !view->is_paused;
}

static const struct {
    int key;
    void (*press)(struct jam_top *, struct jam_top_view *, int);
} keys[] = {
    {JAM_KEY_UP, press_move},
    {JAM_KEY_DOWN, press_move},
    {'k', press_move},
    {'j', press_move},
    {'w', press_sort},
    {'c', press_sort},
    {'a', press_sort},
    {'h', press_sort},
    {JAM_KEY_ENTER, press_enter},
    {JAM_KEY_ESCAPE, press_back},
    {'b', press_back},
    {JAM_KEY_BACKSPACE, press_back},
    {' ', press_pause},
};

static void press(struct jam_top *top, struct jam_top_view *view, int key)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].key == key)
            keys[i].press(top, view, key);
}

/*
 * Until the next look is due, or somebody wants to quit: true. Keys are asked for at least once: a look
 * may take longer than the interval.
 */
static bool wait_for_keys(struct jam_top *top, struct jam_top_view *view, int64_t until_ms)
{
    for (;;) {
        int64_t left = until_ms - now_ms();
        int key = jam_terminal_key(left > 0 ? (int)left : 0);
        if (key == 'q' || key == JAM_KEY_CLOSED)
            return true;
        if (key == JAM_KEY_NONE && until_ms <= now_ms())
            return false;
        press(top, view, key);
        show(top, view);
    }
}

static int run_screen(struct jam_top *top, const struct top_options *options,
                      struct jam_error *error)
{
    struct jam_top_view view = {
        .sort = (enum jam_top_sort)options->sort, .is_color = true, .has_keys = true};
    int64_t interval_ms = (int64_t)(options->interval * 1000);
    int status;
    do {
        bool is_over = top->has_report && !top->report.processes[0].facts.is_running;
        status = is_over || view.is_paused ? 0 : jam_top_read(top, view.selected, error);
        if (status)
            break;
        show(top, &view);
    } while (!wait_for_keys(top, &view, now_ms() + interval_ms));
    return status;
}

static int top_of(uint32_t pid, const struct top_options *options, struct jam_error *error)
{
    struct jam_top top = {0};
    int status = jam_trace_find(&top.path, pid, error);
    char *path = top.path;
    if (status)
        return status;
    if (options->count || jam_terminal_begin() != 0) {
        status = print_pictures(&top, options, error);
    } else {
        status = run_screen(&top, options, error);
        jam_terminal_end();
    }
    jam_top_fini(&top);
    free(path);
    return status;
}

static int parse_pid(const char *text, uint32_t *pid, struct jam_error *error)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '1' || *text > '9' || *end || number > UINT32_MAX)
        return jam_error_set(error, JAM_ERROR_USAGE, "%s: not a process id", text);
    *pid = (uint32_t)number;
    return 0;
}

static int jam_cmd_top(int argc, char **argv)
{
    struct top_options options = {.interval = 1};
    struct jam_error error = {0};
    uint32_t pid = 0;
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(top_options, &line, &options, &error);
    if (count >= 0 && count != 1)
        count = jam_error_set(&error, JAM_ERROR_USAGE,
                              count ? "one process at a time" : "which process? Give its id");
    if (count > 0 && options.interval < SHORTEST_INTERVAL)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "--interval: at least %.1f seconds",
                              SHORTEST_INTERVAL);
    if (count < 0 || parse_pid(argv[1], &pid, &error) != 0 || top_of(pid, &options, &error) != 0)
        return jam_command_fail("top", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_top = {
    .name = "top",
    .run = jam_cmd_top,
    .synopsis = "[OPTION]... PID",
    .summary = "Show what the locks of a running program do now",
    .description =
        "Reads the trace that the process is writing, again and again, without stopping it, and "
        "shows the locks by the time that threads waited for them within the last second, and the "
        "threads that are blocked now, by whom.\n\n"
        "Keys: w, c, a and h sort by waiting time, waits (contended acquisitions), acquisitions "
        "and hold time; the arrow keys (or j and k) choose a lock, which stays chosen when rows "
        "move and stays in the table when nothing happens to it; Enter shows its call sites, "
        "Escape (or b) all locks again; the space bar pauses; q quits.\n\n"
        "If standard output is no terminal, or with --count, pictures are printed one after the "
        "other as plain text.",
    .options = top_options,
};
