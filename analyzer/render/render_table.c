/* Tables from the column rows. */
#include "render/render_table.h"

#include <string.h>

#include "render/render_name.h"
#include "util/human.h"
#include "util/style.h"

char *jam_table_value(enum jam_column_id column, uint64_t value, char buffer[32])
{
    switch (jam_columns[column].unit) {
    case JAM_UNIT_TIME:
        return jam_human_time(value, buffer);
    case JAM_UNIT_SHARE:
        return jam_human_share(value, JAM_SHARE_WHOLE, buffer);
    default:
        return jam_human_count(value, buffer);
    }
}

/* The byte at which the character number `index` begins. */
static size_t byte_of(const char *text, size_t index)
{
    size_t at = 0;
    for (; text[at] && index; index--)
        for (at++; ((unsigned char)text[at] & 0xc0) == 0x80; at++)
            ;
    return at;
}

char *jam_table_fit(const char *text, size_t columns, char *buffer, size_t size)
{
    size_t length = jam_human_columns(text);
    if (length <= columns || columns < 8) {
        snprintf(buffer, size, "%s", text);
        return buffer;
    }
    /* The end (file and line) tells more than the beginning. */
    size_t tail = (columns - 3) * 2 / 3;
    size_t head = columns - 3 - tail;
    snprintf(buffer, size, "%.*s...%s", (int)byte_of(text, head), text,
             text + byte_of(text, length - tail));
    return buffer;
}

/* The columns of a table, in order. */
struct layout {
    enum jam_column_id columns[JAM_COLUMNS];
    size_t count;
    size_t width; /* of all of them */
};

static void add_column(struct layout *layout, enum jam_column_id column)
{
    layout->columns[layout->count++] = column;
    layout->width += (size_t)jam_columns[column].width + 1;
}

static void choose_columns(struct layout *layout, const struct jam_table *table)
{
    const struct jam_report_view *view = table->view;
    *layout = (struct layout){0};
    if (view->sort < JAM_COLUMNS && jam_columns[view->sort].known_in & JAM_IN(view->by))
        add_column(layout, view->sort);
    for (unsigned i = 0; i < JAM_COLUMNS; i++)
        if (i != view->sort && jam_columns[i].shown_in & JAM_IN(view->by) &&
            (table->has_holds || i != JAM_COLUMN_HOLD) &&
            (table->has_path || i != JAM_COLUMN_CRITICAL))
            add_column(layout, i);
}

static void print_heading(const struct layout *layout, const char *subject, bool is_color,
                          FILE *out)
{
    fputs(jam_style_on(is_color, JAM_STYLE_DIM), out);
    for (size_t i = 0; i < layout->count; i++) {
        const struct jam_column *column = &jam_columns[layout->columns[i]];
        fprintf(out, "%*s ", column->width, column->heading);
    }
    fprintf(out, " %s%s\n", subject, jam_style_off(is_color));
}

/* The kind stands behind names that do not tell it. */
static void print_name(const struct jam_row *row, size_t columns, FILE *out)
{
    char name[JAM_NAME_TEXT_BYTES + 64];
    char fitting[JAM_NAME_TEXT_BYTES + 64];
    const char *kind = row->kind ? jam_lock_kind_name(row->kind) : "";
    bool tells_kind =
        !row->kind || strncmp(row->name, kind, strlen(kind)) == 0 || row->kind == JAM_LOCK_THREAD;
    snprintf(name, sizeof name, tells_kind ? "%s" : "%s (%s)", row->name, kind);
    fprintf(out, " %s\n", jam_table_fit(name, columns, fitting, sizeof fitting));
}

void jam_table_print(const struct jam_table *table, const struct jam_rows *rows, size_t count,
                     FILE *out)
{
    struct layout layout;
    char text[JAM_HUMAN_BYTES];
    choose_columns(&layout, table);
    size_t columns = layout.width + 20 < JAM_TABLE_WIDTH ? JAM_TABLE_WIDTH - layout.width - 1 : 20;
    if (table->view->is_verbose)
        columns = SIZE_MAX;
    print_heading(&layout, table->subject, table->view->is_color, out);
    for (size_t i = 0; i < count && i < rows->count; i++) {
        const struct jam_row *row = &rows->rows[i];
        for (size_t j = 0; j < layout.count; j++)
            fprintf(out, "%*s ", jam_columns[layout.columns[j]].width,
                    jam_table_value(layout.columns[j], row->value[layout.columns[j]], text));
        print_name(row, columns, out);
    }
}
