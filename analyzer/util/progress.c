/* Draws the bar; asks the clock rarely. */
#include "util/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_DRAW_NS 2000000000u
#define REDRAW_NS     200000000u
#define BAR_COLUMNS   40

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* About a thousand looks at the clock in all, but at every step of slow work. */
static uint64_t check_distance(const struct jam_progress *progress)
{
    return progress->total / 1024 + 1;
}

struct jam_progress jam_progress_start(const char *what, uint64_t total)
{
    struct jam_progress progress = {.what = what, .total = total};
    progress.is_possible = total && isatty(STDERR_FILENO) == 1;
    progress.next_check = progress.is_possible ? check_distance(&progress) : UINT64_MAX;
    progress.next_ns = progress.is_possible ? now_ns() + FIRST_DRAW_NS : 0;
    return progress;
}

static void draw(struct jam_progress *progress)
{
    uint64_t done = progress->done < progress->total ? progress->done : progress->total;
    double share = (double)done / (double)progress->total;
    int filled = (int)(share * BAR_COLUMNS);
    fprintf(stderr, "\r%s [%.*s%*s] %3d %%", progress->what, filled,
            "========================================", BAR_COLUMNS - filled, "",
            (int)(share * 100));
    progress->is_drawn = true;
}

void jam_progress_step(struct jam_progress *progress, uint64_t amount)
{
    progress->done += amount;
    if (progress->done < progress->next_check)
        return;
    progress->next_check = progress->done + check_distance(progress);
    uint64_t now = now_ns();
    if (now < progress->next_ns)
        return;
    progress->next_ns = now + REDRAW_NS;
    draw(progress);
}

void jam_progress_end(struct jam_progress *progress)
{
    if (progress->is_drawn)
        fprintf(stderr, "\r%*s\r", BAR_COLUMNS + 30, "");
    progress->is_drawn = false;
}
