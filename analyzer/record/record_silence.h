/* Why a program may have left no trace: said by looking at its file. */
#ifndef JAM_RECORD_SILENCE_H
#define JAM_RECORD_SILENCE_H

/*
 * One sentence without full stop about `program`, as given to execvp(3). Always a constant string:
 * a reason that the file proves (statically linked, set-user-id, 32-bit), else the general one.
 */
const char *jam_record_silence_reason(const char *program);

#endif
