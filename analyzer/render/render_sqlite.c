/* The report as an SQLite file. */
#include "render/render_database.h"
#include "render/render_export.h"

int jam_export_sqlite(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                      struct jam_error *error)
{
    sqlite3 *database = NULL;
    (void)view;
    int status = jam_database_make(&database, report, error);
    if (!status) {
        sqlite3_int64 bytes = 0;
        unsigned char *image = sqlite3_serialize(database, "main", &bytes, 0);
        if (image)
            fwrite(image, 1, (size_t)bytes, out);
        else
            status = jam_error_memory(error);
        sqlite3_free(image);
    }
    sqlite3_close(database);
    return status;
}
