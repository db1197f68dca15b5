/* The patterns in words. */
#include "core/contention/shape.h"
#include "render/render_name.h"
#include "render/render_table.h"
#include "render/render_text.h"
#include "util/human.h"
#include "util/style.h"

#define LOCK_COLUMNS  60
#define PLACE_COLUMNS 50

static void say_convoy(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[2][JAM_HUMAN_BYTES];
    fprintf(text->out,
            "    somebody waited for %s, though it was held for %s only: the time goes\n"
            "    into handing it on. Hold it less often, for more at a time.\n",
            jam_human_time(shape->whole, n[0]), jam_human_time(shape->part, n[1]));
}

static void say_place(const struct jam_text *text, const struct jam_shape *shape, const char *words,
                      uint32_t stack)
{
    const struct jam_contention_lock *lock = &text->report->contention.locks[shape->lock];
    char fitting[JAM_NAME_TEXT_BYTES];
    fprintf(text->out, "    %s %s\n", words,
            jam_table_fit(jam_report_site_name(text->report, lock->process, stack), PLACE_COLUMNS,
                          fitting, sizeof fitting));
}

static void say_starvation(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[3][JAM_HUMAN_BYTES];
    say_place(text, shape, shape->mode == JAM_SHARED ? "a reader at" : "a thread at", shape->stack);
    fprintf(text->out,
            "    waited %s; the longest queue would have been through in %s. Others got it\n"
            "    about %s times meanwhile.\n",
            jam_human_time(shape->part, n[0]), jam_human_time(shape->whole, n[1]),
            jam_human_count(shape->others, n[2]));
}

static void say_rwlock(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[2][JAM_HUMAN_BYTES];
    fprintf(text->out, "    %s of %s acquisitions were to read", jam_human_count(shape->part, n[0]),
            jam_human_count(shape->whole, n[1]));
    if (shape->others == 1)
        fputs(", never two at once", text->out);
    fputs(": a mutex would do the same, cheaper.\n", text->out);
}

static void say_storm(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[3][JAM_HUMAN_BYTES];
    fprintf(text->out,
            "    %s broadcasts woke %s waiters, %s of them for nothing: signal one instead.\n",
            jam_human_count(shape->others, n[0]), jam_human_count(shape->whole, n[1]),
            jam_human_count(shape->part, n[2]));
}

static void say_signal(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[2][JAM_HUMAN_BYTES];
    fprintf(text->out,
            "    %s of %s wake-ups came from a thread that held the mutex: who is woken runs into\n"
            "    it at once. Unlock first, then signal.\n",
            jam_human_count(shape->part, n[0]), jam_human_count(shape->whole, n[1]));
}

static void say_shard(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[2][JAM_HUMAN_BYTES];
    fprintf(text->out,
            "    %s groups of threads use it, each at call sites of its own, and wait for each\n"
            "    other (%s). If they do not touch the same data, it wants to be several locks:\n",
            jam_human_count(shape->others, n[0]), jam_human_time(shape->whole, n[1]));
    say_place(text, shape, "  ", shape->stack);
    say_place(text, shape, "  ", shape->other_stack);
}

static void say_blocking(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[3][JAM_HUMAN_BYTES];
    char words[96];
    snprintf(words, sizeof words, "%s took %s in %s calls, at", jam_shape_call_name(shape->call),
             jam_human_time(shape->part, n[0]), jam_human_count(shape->others, n[1]));
    say_place(text, shape, words, shape->stack);
    say_place(text, shape, "while it was held since", shape->other_stack);
    fprintf(text->out,
            "    Held for %s in all. Let go before the call, if what it guards allows it.\n",
            jam_human_time(shape->whole, n[2]));
}

static void say_gil(const struct jam_text *text, const struct jam_shape *shape)
{
    char n[3][JAM_HUMAN_BYTES];
    fprintf(
        text->out,
        "    threads waited %s for it, %s of their time without other waits; %s times one\n"
        "    had to be asked to let go. One at a time runs Python code, however many there are:\n"
        "    several processes, or C code that lets go of the GIL, run side by side.\n",
        jam_human_time(shape->part, n[0]), jam_human_share(shape->part, shape->whole, n[1]),
        jam_human_count(shape->others, n[2]));
    if (shape->stack)
        say_place(text, shape, "Held most, while others waited, by", shape->stack);
}

static void (*const sayings[JAM_SHAPES])(const struct jam_text *, const struct jam_shape *) = {
    [JAM_SHAPE_CONVOY] = say_convoy,     [JAM_SHAPE_STARVATION] = say_starvation,
    [JAM_SHAPE_RWLOCK] = say_rwlock,     [JAM_SHAPE_STORM] = say_storm,
    [JAM_SHAPE_SIGNAL] = say_signal,     [JAM_SHAPE_SHARD] = say_shard,
    [JAM_SHAPE_BLOCKING] = say_blocking, [JAM_SHAPE_GIL] = say_gil,
};

static void print_pattern(const struct jam_text *text, const struct jam_shape *shape)
{
    char fitting[JAM_NAME_TEXT_BYTES];
    bool is_color = text->view->is_color;
    fprintf(text->out, "  %s%s%s: %s\n", jam_style_on(is_color, JAM_STYLE_BLOCKER),
            jam_shape_name(shape->kind), jam_style_off(is_color),
            jam_table_fit(jam_report_lock_name(text->report, shape->lock), LOCK_COLUMNS, fitting,
                          sizeof fitting));
    sayings[shape->kind](text, shape);
}

void jam_text_shapes(const struct jam_text *text)
{
    const struct jam_shapes *shapes = &text->report->shapes;
    size_t limit = text->view->limit ? (size_t)text->view->limit : shapes->count;
    if (!shapes->count)
        return;
    fprintf(text->out, "\n%sPatterns%s\n", jam_style_on(text->view->is_color, JAM_STYLE_BOLD),
            jam_style_off(text->view->is_color));
    for (size_t i = 0; i < shapes->count && i < limit; i++)
        print_pattern(text, &shapes->list[i]);
    if (shapes->count > limit)
        fprintf(text->out, "  and %zu more\n", shapes->count - limit);
}
