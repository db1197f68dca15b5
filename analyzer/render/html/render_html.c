/* Puts the page together. */
#include "render/html/render_html.h"

#include <string.h>

#include "assets.h"
#include "render/html/render_html_data.h"

static void print_file(const char *begin, const char *end, FILE *out)
{
    fwrite(begin, 1, (size_t)(end - begin), out);
}

static int print_style(struct jam_check *check, FILE *out, struct jam_error *error)
{
    (void)check;
    (void)error;
    fputs("<style>\n", out);
    print_file(jam_asset_style, jam_asset_style_end, out);
    fputs("</style>\n", out);
    return 0;
}

/* A script of a type that browsers do not run is kept as it is until "</script". */
static int print_data(struct jam_check *check, FILE *out, struct jam_error *error)
{
    fputs("<script type=\"application/json\" id=\"data\">\n", out);
    int status = jam_html_data(check, out, error);
    fputs("</script>\n", out);
    return status;
}

static int print_scripts(struct jam_check *check, FILE *out, struct jam_error *error)
{
    (void)check;
    (void)error;
    fputs("<script>\n", out);
    print_file(jam_asset_d3, jam_asset_d3_end, out);
    fputs("</script>\n<script>\n\"use strict\";\n", out);
    print_file(jam_asset_scripts, jam_asset_scripts_end, out);
    fputs("</script>\n", out);
    return 0;
}

static const struct {
    const char *line;
    int (*print)(struct jam_check *, FILE *, struct jam_error *);
} places[] = {
    {"@style@\n", print_style},
    {"@data@\n", print_data},
    {"@scripts@\n", print_scripts},
};

int jam_report_html(struct jam_check *check, FILE *out, struct jam_error *error)
{
    const char *at = jam_asset_page;
    int status = 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && !status; i++) {
        const char *place = strstr(at, places[i].line);
        if (!place)
            continue;
        print_file(at, place, out);
        status = places[i].print(check, out, error);
        at = place + strlen(places[i].line);
    }
    fputs(at, out);
    return status;
}
