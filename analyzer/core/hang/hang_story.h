/*
 * What the explanations of a hang share: see hang_findings.c, which tells them.
 */
#ifndef JAM_CORE_HANG_STORY_H
#define JAM_CORE_HANG_STORY_H

#include "core/hang/hang.h"

/* What all steps of an explanation work on. */
struct jam_hang_story {
    struct jam_hang *hang;
    struct jam_findings *findings;
    size_t first;     /* of our findings in the list */
    uint32_t *parent; /* for the search of circles: tie by which a thread was reached */
    uint32_t *queue;
};

/* Stuck, and no finding is about it yet. */
bool jam_hang_is_untold(const struct jam_hang_thread *thread);

/* What the thread waits for. */
struct jam_lock_use jam_hang_use_of_wait(const struct jam_hang_thread *thread);

/* What `from` wants by this tie: of a condition wait it may be the mutex. */
struct jam_lock_use jam_hang_use_of_wish(const struct jam_hang *hang,
                                         const struct jam_hang_tie *tie);

/* What `to` has that `from` waits for. */
struct jam_lock_use jam_hang_use_of_hold(const struct jam_hang *hang,
                                         const struct jam_hang_tie *tie);

/*
 * Appends an edge of the thread at `index`, with all that it holds; thread and time are filled in,
 * and it counts as told. 0, or -1 without memory.
 */
int jam_hang_story_edge(struct jam_hang_story *story, struct jam_finding *finding, uint32_t index,
                        struct jam_finding_edge *edge);

/* The finding of that kind about a lock, NULL if there is none yet. */
struct jam_finding *jam_hang_story_find(const struct jam_hang_story *story,
                                        enum jam_finding_kind kind, const struct jam_lock_use *use);

/* Lowers the grade if somebody that we do not see might end the wait that the tie is about. */
void jam_hang_story_doubt(const struct jam_hang *hang, const struct jam_hang_tie *tie,
                          struct jam_finding *finding);

/* Sets the grade by who might still cause the event, as far as we cannot judge that. */
void jam_hang_story_grade(const struct jam_hang *hang, const struct jam_hang_thread *thread,
                          struct jam_finding *finding);

#endif
