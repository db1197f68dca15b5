/*
 * What a wait is for, in the words of the program's language, and who could end it.
 *
 * All texts live as long as the check.
 */
#ifndef JAM_RENDER_CHECK_WISH_H
#define JAM_RENDER_CHECK_WISH_H

#include "render/check/render_check.h"

/*
 * What stands behind "waits": "for accounts[3].lock", "for Pool.ready (Event) to be set", "for the
 * end of thread loader (tid 12)", "for the others at gate (Barrier)".
 */
const char *jam_check_wish(struct jam_check *check, const struct jam_finding *finding,
                           const struct jam_lock_use *use);

/*
 * Who has ended waits of this kind for the same object before, and so may do it again. Known of
 * waits of Python's library only.
 */
struct jam_check_ender {
    uint32_t thread;
    uint32_t stack;
    const char *method; /* "Event.set"; NULL: it woke somebody, by whatever means */
};

#define JAM_ENDERS_SHOWN 4

/*
 * Stores up to JAM_ENDERS_SHOWN, each thread once, and returns how many; *is_known is false if
 * nothing can be said about such a wait.
 */
size_t jam_check_enders(struct jam_check *check, const struct jam_finding *finding,
                        const struct jam_lock_use *use, struct jam_check_ender *enders,
                        bool *is_known);

/* The same as lines of text, NULL behind the last; none for a wait of another kind. */
void jam_check_ender_texts(struct jam_check *check, const struct jam_finding *finding,
                           const struct jam_lock_use *use, const char *texts[JAM_ENDERS_SHOWN + 1]);

#endif
