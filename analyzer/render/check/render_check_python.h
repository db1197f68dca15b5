/*
 * What is known of CPython itself: its own locks are not the program's business.
 */
#ifndef JAM_RENDER_CHECK_PYTHON_H
#define JAM_RENDER_CHECK_PYTHON_H

#include "render/check/render_check.h"

/*
 * Lowers a finding about locks of the interpreter to what it is worth; false if that is nothing.
 *
 * The lock inside a file object is held during the read or write that it guards: no note. Locks of
 * modules are taken in the order of the imports; CPython notices a circle of them and lets one thread
 * go on: a note.
 */
bool jam_check_python_judge(const struct jam_check *check, struct jam_finding *finding);

/* What to do about it, in Python's terms; NULL if there is nothing special to say. */
const char *jam_check_python_advice(const struct jam_check *check,
                                    const struct jam_finding *finding);

#endif
