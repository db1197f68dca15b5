/*
 * Shows what a command prints page by page, as git does: when standard output is a terminal, the
 * product goes through the program that $LOCKJAM_PAGER or $PAGER names, or through less, which ends
 * at once if everything fits on the screen.
 *
 * The value is split at blanks, there is no shell. Empty, or "cat", means no pager. Where the
 * environment does not say how less behaves (LESS), it is told to keep colours and the text.
 */
#ifndef JAM_UTIL_PAGER_H
#define JAM_UTIL_PAGER_H

#include "util/output.h"

/*
 * Sends the product through a pager, if it goes to a terminal: call it after jam_output_open. Where
 * no pager can be started, the product goes to the terminal as before: that is no error. Until
 * jam_output_close the keys of interrupt and quit are the pager's, and a pager that ends early is
 * no failure of the writer.
 */
void jam_pager_start(struct jam_output *output);

#endif
