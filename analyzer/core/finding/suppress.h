/*
 * Suppressions: what the user has looked at and does not want to hear of again.
 *
 * Three forms are understood, also mixed in one file; docs/man/lockjam-check.1 describes them.
 *
 *      suppress lock-order-inversion {      our own: all lines must fit; see struct jam_suppress_rule
 *          edge   = lock_both < pay -> lock_both < pay
 *          reason = only ever called with ordered accounts
 *          expires = 2027-06-30
 *      }
 *      deadlock:lock_both                   ThreadSanitizer's; any frame of any stack
 *      {                                    Valgrind's; the frames of one stack, innermost first
 *         name
 *         Helgrind:LockOrder
 *         fun:lock_both
 *      }
 *
 * Suppressions of such files that are about other things (races, leaks) are passed over.
 */
#ifndef JAM_CORE_SUPPRESS_H
#define JAM_CORE_SUPPRESS_H

#include <stdbool.h>

#include "core/finding/finding.h"
#include "util/error.h"
#include "util/names.h"

enum jam_suppress_form { JAM_SUPPRESS_OWN, JAM_SUPPRESS_TSAN, JAM_SUPPRESS_VALGRIND };

struct jam_suppress_rule {
    enum jam_suppress_form form;
    char *file;
    unsigned line;
    char *label;      /* as in the file: "suppress deadlock", "deadlock:f", the name of a block */
    uint32_t kinds;   /* set of 1 << enum jam_finding_kind */
    uint32_t expires; /* day as 20270630, the last on which it holds; 0 = never */
    char *reason;     /* NULL = none */
    char *id;         /* NULL = any */
    struct jam_names locks;   /* OWN: each must fit a lock's name or class */
    struct jam_names created; /* OWN: each must fit the creation of a lock */
    struct jam_names edges;   /* OWN: pairs of chains (holds, wants); each edge needs one, and each
                                 pair an edge */
    struct jam_names stacks; /* OWN: chains; each must fit a stack. TSAN: one pattern. VALGRIND: the
                                 lines of callers */
    uint64_t hits;
};

struct jam_suppressions {
    struct jam_suppress_rule *rules;
    size_t count, capacity;
    uint32_t today; /* set by the caller; 0 = nothing expires */
};

/* A finding as rules see it. */
struct jam_suppress_frame {
    const char *function; /* with parameters, NULL = unknown */
    const char *file;
    const char *module;
    unsigned line;
    bool is_inlined;
};
struct jam_suppress_stack {
    struct jam_suppress_frame *frames; /* innermost first */
    size_t count;
};
struct jam_suppress_lock {
    const char *name, *class_name;
    struct jam_suppress_stack created;
};
struct jam_suppress_subject {
    enum jam_finding_kind kind;
    const char *id;
    struct jam_suppress_stack *stacks; /* of edge i: 2 * i holds, 2 * i + 1 wants; then others */
    size_t stack_count;
    size_t edge_count;
    struct jam_suppress_lock *locks;
    size_t lock_count;
};

/*
 * Adds the rules of a file's text, which is cut up. 0; JAM_ERROR_INPUT with "NAME:LINE: REASON";
 * JAM_ERROR_SYSTEM.
 */
int jam_suppressions_parse(struct jam_suppressions *list, const char *name, char *text,
                           struct jam_error *error);
void jam_suppressions_fini(struct jam_suppressions *list);

/* The first rule that holds and fits, its hit counted; NULL if there is none. */
struct jam_suppress_rule *jam_suppressions_find(struct jam_suppressions *list,
                                                const struct jam_suppress_subject *subject);

bool jam_suppress_is_expired(const struct jam_suppressions *list,
                             const struct jam_suppress_rule *rule);

#endif
