/* The picture of `lockjam top`: the table of locks or of call sites, and who is blocked. */
#include "render/render_top.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock_kind.h"
#include "util/human.h"
#include "util/style.h"

#define STACK_KEY    (UINT64_C(1) << 32) /* keeps names of call stacks apart from those of locks */
#define NAME_COLUMNS 44                  /* columns of the numbers before a name */
#define SECOND_NS    1000000000u

/* The name that is kept under a key, or NULL; *number is where a new one goes. */
static const char *known_name(const struct jam_top *top, uint64_t key0, uint64_t key1)
{
    uint32_t number = jam_map_find(&top->name_map, key0, key1);
    return number == JAM_MAP_NONE ? NULL : jam_intern_text(&top->names, number);
}

static const char *keep_name(struct jam_top *top, uint64_t key0, uint64_t key1, const char *name)
{
    uint32_t number = jam_intern_add(&top->names, name);
    if (number == JAM_MAP_NONE ||
        jam_map_insert(&top->name_map, key0, key1, number) == JAM_MAP_NONE)
        return "(no memory)";
    return jam_intern_text(&top->names, number);
}

static const char *lock_name(struct jam_top *top, uint32_t index)
{
    const struct jam_contention_lock *lock = &top->report.contention.locks[index];
    const char *name = known_name(top, lock->id, lock->generation);
    return name ? name
                : keep_name(top, lock->id, lock->generation,
                            jam_report_lock_name(&top->report, index));
}

static const char *site_name(struct jam_top *top, uint32_t stack)
{
    const char *name = known_name(top, stack, STACK_KEY);
    return name ? name
                : keep_name(top, stack, STACK_KEY, jam_report_site_name(&top->report, 0, stack));
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct jam_top_row *a = left;
    const struct jam_top_row *b = right;
    enum jam_top_sort sort = *(enum jam_top_sort *)context;
    if (a->value[sort] != b->value[sort])
        return a->value[sort] < b->value[sort] ? 1 : -1;
    return a->lock != b->lock ? (a->lock > b->lock ? 1 : -1)
                              : (a->stack > b->stack) - (a->stack < b->stack);
}

/* A picture is printed line by line, until the screen is full. */
struct printing {
    struct jam_top *top;
    const struct jam_top_view *view;
    FILE *out;
    size_t left; /* lines */
};

/* False when there is no line left. */
static bool begin_line(struct printing *printing)
{
    if (!printing->left)
        return false;
    if (printing->view->rows)
        printing->left--;
    return true;
}

/* A text cut to what is left of a line behind `used` columns. */
static void print_cut(const struct printing *printing, const char *text, size_t used)
{
    size_t columns = printing->view->columns > used ? printing->view->columns - used : 1;
    for (; *text && columns; columns--) {
        do
            fputc(*text++, printing->out);
        while ((*text & 0xc0) == 0x80);
    }
}

static void print_plain(struct printing *printing, const char *text)
{
    if (!begin_line(printing))
        return;
    print_cut(printing, text, 0);
    fputc('\n', printing->out);
}

static void print_styled(struct printing *printing, enum jam_style style, const char *text)
{
    if (!begin_line(printing))
        return;
    fputs(jam_style_on(printing->view->is_color, style), printing->out);
    print_cut(printing, text, 0);
    fputs(jam_style_off(printing->view->is_color), printing->out);
    fputc('\n', printing->out);
}

/* Per second: intervals are never exactly one. */
static uint64_t rate(const struct jam_top *top, uint64_t value)
{
    if (!top->interval_ns)
        return value;
    return (uint64_t)((double)value * SECOND_NS / (double)top->interval_ns + 0.5);
}

static void print_head(struct printing *printing)
{
    const struct jam_top *top = printing->top;
    const struct jam_facts *facts = &top->report.processes[0].facts;
    char text[512];
    char time[JAM_HUMAN_BYTES];
    char program[256];
    const char *state = !facts->is_running          ? "has ended"
                        : printing->view->is_paused ? "paused"
                        : top->interval_ns          ? ""
                                                    : "since its start";
    snprintf(text, sizeof text, "lockjam top: %s (pid %u), %s, %" PRIu64 " threads%s%s",
             jam_human_clean(jam_facts_program(facts), program, sizeof program), facts->pid,
             jam_human_time(top->at_ns, time), facts->threads, *state ? ", " : "", state);
    print_styled(printing, JAM_STYLE_BOLD, text);
    if (printing->view->has_keys)
        print_styled(
            printing, JAM_STYLE_DIM,
            printing->view->lock
                ? "Esc all locks   w/c/a/h sort   space pause   q quit"
                : "up/down Enter call sites of a lock   w/c/a/h sort   space pause   q quit");
    print_plain(printing, "");
}

static void print_headings(struct printing *printing, const char *what)
{
    static const char *const headings[] = {"wait", "waits", "acquired", "held"};
    char text[128] = "";
    size_t used = 0;
    for (unsigned i = 0; i < JAM_TOP_SORTS; i++) {
        char cell[32];
        snprintf(cell, sizeof cell, "%s%s", headings[i], i == printing->view->sort ? "*" : "/s");
        used += (size_t)snprintf(text + used, sizeof text - used, "%*s", i == 2 ? 13 : 10, cell);
    }
    snprintf(text + used, sizeof text - used, "  %s", what);
    print_styled(printing, JAM_STYLE_BOLD, text);
}

static void print_row(struct printing *printing, const struct jam_top_row *row, const char *name,
                      bool is_selected)
{
    const struct jam_top *top = printing->top;
    char wait[JAM_HUMAN_BYTES];
    char waits[JAM_HUMAN_BYTES];
    char acquired[JAM_HUMAN_BYTES];
    char held[JAM_HUMAN_BYTES];
    if (!begin_line(printing))
        return;
    fputs(is_selected && printing->view->is_color ? "\033[7m" : "", printing->out);
    fprintf(printing->out, "%s%9s%10s%13s%10s  ", is_selected ? ">" : " ",
            jam_human_time(rate(top, row->value[JAM_TOP_WAIT]), wait),
            jam_human_count(rate(top, row->value[JAM_TOP_WAITS]), waits),
            jam_human_count(rate(top, row->value[JAM_TOP_ACQUIRED]), acquired),
            jam_human_time(rate(top, row->value[JAM_TOP_HELD]), held));
    print_cut(printing, name, NAME_COLUMNS + 1);
    fputs(jam_style_off(is_selected && printing->view->is_color), printing->out);
    fputc('\n', printing->out);
}

/* A waiter and, if it waits for something that is held, the holder. */
static void print_waiting(struct printing *printing, const struct jam_waiting *waiting)
{
    struct jam_top *top = printing->top;
    char text[2048];
    char time[JAM_HUMAN_BYTES];
    char thread[JAM_TITLE_BYTES * 4];
    char other[JAM_TITLE_BYTES * 4];
    struct jam_holder holder;
    jam_waiting_thread_name(&top->report, 0, waiting->thread, thread, sizeof thread);
    int used = snprintf(text, sizeof text, "%10s  %s (tid %u) waits for %s at %s",
                        jam_human_time(waiting->for_ns, time), thread, waiting->tid,
                        waiting->lock == JAM_MAP_NONE ? "an unknown object"
                                                      : lock_name(top, waiting->lock),
                        site_name(top, waiting->stack));
    if (jam_waiting_holders(&top->report, waiting, &holder, 1) > 0 && (size_t)used < sizeof text)
        snprintf(text + used, sizeof text - (size_t)used, "; held by %s (tid %u) since %s",
                 jam_waiting_thread_name(&top->report, 0, holder.thread, other, sizeof other),
                 holder.tid, site_name(top, holder.stack));
    print_plain(printing, text);
}

static bool is_of_lock(const struct printing *printing, uint32_t lock)
{
    return !printing->view->lock ||
           (lock != JAM_MAP_NONE &&
            printing->top->report.contention.locks[lock].id == printing->view->lock);
}

/* Threads that wait for locks; at conditions and joins programs wait on purpose. */
static bool is_blocked(const struct printing *printing, const struct jam_waiting *waiting)
{
    if (!is_of_lock(printing, waiting->lock))
        return false;
    return printing->view->lock || waiting->lock == JAM_MAP_NONE ||
           jam_lock_kind_section(printing->top->report.contention.locks[waiting->lock].kind) ==
               JAM_SECTION_LOCKS;
}

static void print_waitings(struct printing *printing)
{
    const struct jam_waitings *waitings = &printing->top->waitings;
    size_t blocked = 0;
    for (size_t i = 0; i < waitings->count; i++)
        blocked += is_blocked(printing, &waitings->items[i]);
    print_plain(printing, "");
    print_styled(printing, JAM_STYLE_BOLD,
                 blocked ? "       for  blocked now" : "Nobody is blocked now.");
    for (size_t i = 0; i < waitings->count; i++)
        if (is_blocked(printing, &waitings->items[i]))
            print_waiting(printing, &waitings->items[i]);
}

/* Half of the screen for the table, the other half for who is blocked. */
static size_t table_rows(const struct printing *printing, size_t count)
{
    size_t room = printing->view->rows ? printing->view->rows / 2 : SIZE_MAX;
    return count < room ? count : room;
}

static void print_locks(struct printing *printing)
{
    struct jam_top *top = printing->top;
    size_t shown = table_rows(printing, top->lock_count);
    size_t selected = jam_top_row_of(top, printing->view->selected);
    size_t first = selected < shown ? 0 : selected - shown + 1; /* scrolls to what is chosen */
    print_headings(printing, "lock");
    for (size_t i = first; i < first + shown; i++) {
        const struct jam_top_row *row = &top->locks[i];
        char name[640];
        snprintf(name, sizeof name, "%s (%s)", lock_name(top, row->lock),
                 jam_lock_kind_name(top->report.contention.locks[row->lock].kind));
        print_row(printing, row, name, printing->view->has_keys && i == selected);
    }
    if (!top->lock_count)
        print_plain(printing, "          no lock was used");
}

static void print_sites(struct printing *printing)
{
    struct jam_top *top = printing->top;
    uint32_t lock = jam_map_find(&top->report.contention.lock_map, 0, printing->view->lock);
    size_t left = table_rows(printing, top->site_count);
    char heading[640];
    snprintf(heading, sizeof heading, "call site of %s",
             lock == JAM_MAP_NONE ? "a lock that has gone" : lock_name(top, lock));
    print_headings(printing, heading);
    for (size_t i = 0; i < top->site_count && left; i++) {
        if (!is_of_lock(printing, top->sites[i].lock))
            continue;
        print_row(printing, &top->sites[i], site_name(top, top->sites[i].stack), false);
        left--;
    }
}

void jam_top_print(struct jam_top *top, const struct jam_top_view *view, FILE *out)
{
    struct printing printing = {top, view, out, view->rows ? view->rows : 1};
    enum jam_top_sort sort = view->sort;
    if (top->lock_count)
        qsort_r(top->locks, top->lock_count, sizeof *top->locks, compare_rows, &sort);
    if (top->site_count)
        qsort_r(top->sites, top->site_count, sizeof *top->sites, compare_rows, &sort);
    print_head(&printing);
    if (view->lock)
        print_sites(&printing);
    else
        print_locks(&printing);
    print_waitings(&printing);
}
