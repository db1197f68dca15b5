/*
 * The prediction of a changed run: which locks are meant, and how it is told.
 */
#ifndef JAM_RENDER_WHATIF_H
#define JAM_RENDER_WHATIF_H

#include "render/render_report.h"
#include "trace/trace_whatif.h"

/* What the user asks for. */
struct jam_whatif_question {
    const char *lock;    /* name of a lock or of a class, or #ID */
    const char *writers; /* functions, separated by commas; NULL = none */
    double hold;
    bool is_removed, is_rwlock;
};

struct jam_whatif_answer {
    const struct jam_whatif_question *question;
    struct jam_map locks;   /* ids that are meant */
    struct jam_map writers; /* stack_refs of sites in one of the functions */
    size_t writer_sites, reader_sites;
    const char *name;                       /* of one of the locks; belongs to the report */
    uint64_t wait_ns;                       /* recorded waiting for them */
    struct jam_trace_prediction prediction; /* filled in by the caller */
};

void jam_whatif_answer_fini(struct jam_whatif_answer *answer);

/*
 * Looks up the locks of the report's first process that the question means. A text means, best
 * first, the locks of that name, the locks of that class as `diff` names them, all whose name
 * begins so. JAM_ERROR_USAGE if there is none, with the locks that were waited for longest.
 */
int jam_whatif_find(struct jam_whatif_answer *answer, struct jam_report *report,
                    const struct jam_whatif_question *question, struct jam_error *error);

void jam_whatif_text(const struct jam_whatif_answer *answer, struct jam_report *report, FILE *out);
void jam_whatif_json(const struct jam_whatif_answer *answer, struct jam_report *report, FILE *out);

#endif
