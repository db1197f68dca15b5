/* A graph of lock classes, asked by breadth-first search: declarations have dozens of lines. */
#include "core/order/declared_order.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/search.h"
#include "util/text_file.h"

void jam_declared_order_fini(struct jam_declared_order *order)
{
    jam_intern_fini(&order->classes);
    free(order->pairs);
    free(order->queue);
    free(order->seen);
    *order = (struct jam_declared_order){0};
}

int jam_declared_order_add(struct jam_declared_order *order, const char *before, const char *after)
{
    if (strcmp(before, after) == 0)
        return 0;
    uint32_t from = jam_intern_add(&order->classes, before);
    uint32_t to = jam_intern_add(&order->classes, after);
    if (from == JAM_MAP_NONE || to == JAM_MAP_NONE ||
        jam_array_reserve(&order->pairs, &order->capacity, order->count, sizeof *order->pairs) != 0)
        return -1;
    order->pairs[order->count++] = (struct jam_declared_pair){from, to, 0};
    return 0;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct jam_declared_pair *a = left;
    const struct jam_declared_pair *b = right;
    if (a->before != b->before)
        return a->before < b->before ? -1 : 1;
    return (a->after > b->after) - (a->after < b->after);
}

int jam_declared_order_finish(struct jam_declared_order *order)
{
    size_t classes = order->classes.count ? order->classes.count : 1;
    if (order->count)
        qsort(order->pairs, order->count, sizeof *order->pairs, compare_pairs);
    free(order->queue);
    free(order->seen);
    order->queue = calloc(classes, sizeof *order->queue);
    order->seen = calloc(classes, sizeof *order->seen);
    order->searches = 0;
    return order->queue && order->seen ? 0 : -1;
}

uint32_t jam_declared_order_find(const struct jam_declared_order *order, const char *name)
{
    for (size_t i = 0; i < order->classes.count; i++)
        if (strcmp(jam_intern_text(&order->classes, (uint32_t)i), name) == 0)
            return (uint32_t)i;
    return JAM_MAP_NONE;
}

static uint64_t pair_key(const void *pairs, size_t index)
{
    return ((const struct jam_declared_pair *)pairs)[index].before;
}

/* The first pair that begins with the class. */
static size_t first_pair(const struct jam_declared_order *order, uint32_t before)
{
    return jam_search_first(order->pairs, 0, order->count, before, pair_key);
}

/* Appends what directly follows a class and was not met yet; returns the queue's new end. */
static size_t expand(struct jam_declared_order *order, uint32_t class_number, size_t end)
{
    for (size_t i = first_pair(order, class_number);
         i < order->count && order->pairs[i].before == class_number; i++) {
        uint32_t after = order->pairs[i].after;
        if (order->seen[after] == order->searches)
            continue;
        order->seen[after] = order->searches;
        order->queue[end++] = after;
    }
    return end;
}

bool jam_declared_order_has(struct jam_declared_order *order, uint32_t before, uint32_t after)
{
    size_t end = 0;
    if (before == JAM_MAP_NONE || after == JAM_MAP_NONE)
        return false;
    order->searches++;
    end = expand(order, before, end);
    for (size_t i = 0; i < end; i++) {
        if (order->queue[i] == after)
            return true;
        end = expand(order, order->queue[i], end);
    }
    return false;
}

static int parse_line(struct jam_declared_order *order, const struct jam_text_lines *lines,
                      char *line, struct jam_error *error)
{
    char *arrow = strstr(line, " -> ");
    if (!arrow)
        return jam_text_lines_error(lines, error, "'%.100s' is no 'BEFORE -> AFTER'", line);
    *arrow = '\0';
    const char *before = jam_text_trim(line);
    const char *after = jam_text_trim(arrow + 4);
    if (!*before || !*after)
        return jam_text_lines_error(lines, error, "one side of the arrow is empty");
    size_t count = order->count;
    if (jam_declared_order_add(order, before, after) != 0)
        return jam_error_memory(error);
    if (order->count > count)
        order->pairs[count].line = lines->number;
    return 0;
}

/* Takes away, again and again, classes that nothing stands before; returns how many there were. */
static size_t peel(struct jam_declared_order *order, uint32_t *degree)
{
    size_t end = 0;
    for (size_t i = 0; i < order->count; i++)
        degree[order->pairs[i].after]++;
    for (uint32_t i = 0; i < order->classes.count; i++)
        if (!degree[i])
            order->queue[end++] = i;
    for (size_t at = 0; at < end; at++) {
        uint32_t class_number = order->queue[at];
        for (size_t i = first_pair(order, class_number);
             i < order->count && order->pairs[i].before == class_number; i++)
            if (--degree[order->pairs[i].after] == 0)
                order->queue[end++] = order->pairs[i].after;
    }
    return end;
}

/*
 * Of the classes that are left, each has one before it that is left too: going back leads into a
 * circle. Returns the pair of that circle that stands last in the file.
 */
static const struct jam_declared_pair *find_contradiction(struct jam_declared_order *order,
                                                          const uint32_t *degree)
{
    uint32_t *back = order->queue; /* by class: a pair that leads to it */
    uint32_t at = 0;
    for (size_t i = 0; i < order->count; i++) {
        const struct jam_declared_pair *pair = &order->pairs[i];
        if (!degree[pair->before] || !degree[pair->after])
            continue;
        back[pair->after] = (uint32_t)i;
        at = pair->after;
    }
    for (size_t i = 0; i < order->classes.count; i++)
        at = order->pairs[back[at]].before;
    const struct jam_declared_pair *last = &order->pairs[back[at]];
    for (uint32_t next = last->before; next != at; next = order->pairs[back[next]].before)
        if (order->pairs[back[next]].line > last->line)
            last = &order->pairs[back[next]];
    return last;
}

static int check_contradictions(struct jam_declared_order *order, struct jam_text_lines *lines,
                                struct jam_error *error)
{
    if (jam_declared_order_finish(order) != 0)
        return jam_error_memory(error);
    if (peel(order, order->seen) == order->classes.count)
        return jam_declared_order_finish(order) == 0 ? 0 : jam_error_memory(error);
    const struct jam_declared_pair *pair = find_contradiction(order, order->seen);
    lines->number = pair->line;
    return jam_text_lines_error(lines, error, "'%.100s -> %.100s' contradicts the other lines",
                                jam_intern_text(&order->classes, pair->before),
                                jam_intern_text(&order->classes, pair->after));
}

int jam_declared_order_parse(struct jam_declared_order *order, const char *name, char *text,
                             struct jam_error *error)
{
    struct jam_text_lines lines = {.name = name, .next = text};
    const char *title = jam_text_lines_next(&lines);
    if (!title || strcmp(title, JAM_DECLARED_ORDER_TITLE) != 0) {
        lines.number = 1;
        return jam_text_lines_error(&lines, error, "not a lock order: the first line is not '%s'",
                                    JAM_DECLARED_ORDER_TITLE);
    }
    char *line;
    int status = 0;
    while (!status && (line = jam_text_lines_next(&lines)))
        if (*line && *line != '#')
            status = parse_line(order, &lines, line, error);
    return status ? status : check_contradictions(order, &lines, error);
}
