/*
 * One table or view of the database as comma-separated values (RFC 4180): a line of headings, then
 * a line a row; texts that need it stand in double quotes.
 */
#include <string.h>

#include "render/render_database.h"
#include "render/render_export.h"

static void print_text(const char *text, FILE *out)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_headings(sqlite3_stmt *query, FILE *out)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        fputs(i ? "," : "", out);
        print_text(sqlite3_column_name(query, i), out);
    }
    fputs("\r\n", out);
}

static void print_row(sqlite3_stmt *query, FILE *out)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        const unsigned char *text = sqlite3_column_text(query, i);
        fputs(i ? "," : "", out);
        print_text(text ? (const char *)text : "", out);
    }
    fputs("\r\n", out);
}

/* The name goes into the statement, so it must be one of the schema's. */
static int find_table(sqlite3 *database, const char *name, struct jam_error *error)
{
    sqlite3_stmt *query = NULL;
    if (sqlite3_prepare_v2(database, "SELECT 1 FROM sqlite_schema WHERE name = ?", -1, &query,
                           NULL) != SQLITE_OK)
        return jam_database_fail(database, error);
    sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC);
    int found = sqlite3_step(query);
    sqlite3_finalize(query);
    if (found == SQLITE_ROW)
        return 0;
    return jam_error_set(error, JAM_ERROR_USAGE, "--table=%s: there is no such table", name);
}

static int print_table(sqlite3 *database, const char *name, FILE *out, struct jam_error *error)
{
    sqlite3_stmt *query = NULL;
    char sql[256];
    int found = 0;
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", name);
    if (sqlite3_prepare_v2(database, sql, -1, &query, NULL) == SQLITE_OK) {
        print_headings(query, out);
        while ((found = sqlite3_step(query)) == SQLITE_ROW)
            print_row(query, out);
    }
    sqlite3_finalize(query);
    return found == SQLITE_DONE ? 0 : jam_database_fail(database, error);
}

int jam_export_csv(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                   struct jam_error *error)
{
    sqlite3 *database = NULL;
    int status = jam_database_make(&database, report, error);
    if (!status)
        status = find_table(database, view->table, error);
    if (!status)
        status = print_table(database, view->table, out, error);
    sqlite3_close(database);
    return status;
}
