/*
 * Messages to the user of the target: standard error only, one write(2) each, never stdio.
 */
#ifndef JAM_DIAG_H
#define JAM_DIAG_H

/* Print "lockjam: <what><subject><rest>\n". Any part may be NULL. Longer than 1 KiB is cut. */
void jam_diag(const char *what, const char *subject, const char *rest);

#endif
