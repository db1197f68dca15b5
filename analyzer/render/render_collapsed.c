/*
 * Collapsed stacks: "main;worker;transfer;[journal_mutex] 1234", outermost frame first, then the
 * lock in brackets, then the waiting time in nanoseconds.
 */
#include <inttypes.h>
#include <string.h>

#include "core/function_name.h"
#include "render/render_name.h"
#include "render/render_samples.h"
#include "util/human.h"
#include "util/progress.h"

/* Semicolons separate frames and the last blank ends them: a name may hold neither newline nor ;. */
static void print_part(const char *text, FILE *out)
{
    char clean[JAM_NAME_TEXT_BYTES];
    jam_human_clean(text, clean, sizeof clean);
    for (char *at = clean; (at = strchr(at, ';'));)
        *at = ':';
    fputs(clean, out);
}

static void print_frame(const struct jam_symbol_frame *frame, FILE *out)
{
    char text[JAM_NAME_TEXT_BYTES];
    if (frame->function)
        print_part(jam_function_shorten(frame->function, text, sizeof text), out);
    else
        print_part(jam_name_frame(frame, text), out);
    fputc(';', out);
}

static void print_sample(struct jam_report *report, const struct jam_sample *sample, FILE *out)
{
    const struct jam_contention_lock *lock = &report->contention.locks[sample->lock];
    struct jam_frame_list list =
        jam_frames_stack(report->processes[lock->process].frames, sample->stack);
    if (!list.count)
        fputs("(unknown);", out);
    for (size_t i = list.count; i-- > 0;)
        print_frame(&list.frames[i], out);
    fputc('[', out);
    print_part(jam_report_lock_name(report, sample->lock), out);
    fprintf(out, "] %" PRIu64 "\n", sample->wait_ns);
}

int jam_export_collapsed(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                         struct jam_error *error)
{
    struct jam_samples samples;
    int status = jam_samples_init(&samples, report, view) ? jam_error_memory(error) : 0;
    struct jam_progress progress = jam_progress_start("call stacks", samples.count);
    for (size_t i = 0; !status && i < samples.count; i++) {
        print_sample(report, &samples.items[i], out);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    jam_samples_fini(&samples);
    return status;
}
