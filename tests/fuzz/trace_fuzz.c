/* Everything that reads a trace, on bytes that may be anything. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "render/check/render_check.h"
#include "render/render_dump.h"
#include "render/render_export.h"
#include "render/render_graph.h"
#include "render/render_hang.h"
#include "render/html/render_html.h"
#include "render/render_report.h"

static void report_all(char *path, FILE *out)
{
    for (int by = 0; by < JAM_BYS; by++) {
        const struct jam_report_view view = {.by = by, .sort = by, .is_verbose = by & 1};
        struct jam_report report;
        struct jam_error error = {0};
        if (jam_report_open(&report, &path, 1, &error) == 0) {
            jam_report_json(&report, &view, out);
            jam_report_text(&report, &view, out);
            jam_report_notes(&report, out);
        }
        jam_report_close(&report);
    }
}

/* Detectors, findings and the graph. */
static void check_all(char *path, FILE *out)
{
    const struct jam_check_view view = {.is_verbose = true};
    const struct jam_check_rules rules = {.fail_on = JAM_FAIL_FEASIBLE};
    struct jam_check check;
    struct jam_order_graph graph;
    struct jam_error error = {0};
    if (jam_check_open(&check, &path, 1, &error) == 0) {
        if (jam_order_graph_init(&graph, &check, JAM_GRAPH_AUTO, &error) == 0) {
            jam_order_graph_dot(&graph, out);
            jam_order_graph_json(&graph, out);
        }
        jam_order_graph_fini(&graph);
        if (jam_check_judge(&check, &rules, &error) == 0) {
            jam_check_text(&check, &view, out);
            jam_check_json(&check, &view, out);
            jam_report_html(&check, out, &error);
        }
    }
    jam_check_close(&check);
}

static void export_all(char *path, FILE *out)
{
    const struct jam_export_view view = {
        .side = JAM_SIDE_BLOCKER, .is_everything = true, .table = "wait_report"};
    struct jam_report report;
    struct jam_error error = {0};
    if (jam_report_open(&report, &path, 1, &error) == 0) {
        jam_export_pprof(&report, &view, out, &error);
        jam_export_collapsed(&report, &view, out, &error);
        jam_export_perfetto(&report, &view, out, &error);
        jam_export_csv(&report, &view, out, &error);
        jam_export_sqlite(&report, &view, out, &error);
    }
    jam_report_close(&report);
}

static void dump_all(const char *path, FILE *out)
{
    struct jam_facts facts;
    struct jam_trace *trace;
    struct jam_error error = {0};
    if (jam_trace_open(&trace, path, &error) != 0)
        return;
    if (jam_facts_init(&facts, trace, &error) == 0) {
        struct jam_frames *frames = jam_frames_new(trace);
        const struct jam_dump dump = {trace, &facts, frames, out};
        jam_dump_trace(&dump, &error);
        jam_frames_free(frames);
    }
    jam_facts_fini(&facts);
    jam_trace_close(trace);
}

static void hang_all(const char *path, FILE *out)
{
    const struct jam_check_view view = {.is_verbose = true};
    struct jam_hang_report report;
    struct jam_error error = {0};
    if (jam_hang_report_open(&report, path, &error) == 0) {
        jam_hang_report_text(&report, &view, out);
        jam_hang_report_json(&report, out);
    }
    jam_hang_report_close(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int descriptor = memfd_create("trace", MFD_CLOEXEC);
    FILE *out = fopen("/dev/null", "w");
    if (descriptor < 0 || !out || write(descriptor, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    report_all(path, out);
    export_all(path, out);
    check_all(path, out);
    dump_all(path, out);
    hang_all(path, out);
    fclose(out);
    close(descriptor);
    return 0;
}
