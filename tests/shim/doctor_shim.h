/* A plain-C door to core/doctor for the unit tests: files as lists of words. */
#ifndef JAM_DOCTOR_SHIM_H
#define JAM_DOCTOR_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

#include "core/doctor/doctor.h"

/* A file of the case. Names of symbols are separated by single spaces; NULL = none. */
struct jam_shim_object {
    unsigned traits;
    const char *imports;
    const char *exports;
};

struct jam_shim_case {
    struct jam_shim_object program; /* "prog" */
    struct jam_shim_object library; /* "libx.so.1" */
    const char *hooked;             /* NULL: those that every case here needs */
    int failed_check;               /* enum jam_doctor_check_id, -1 = none */
    const char *interpreted_by;     /* not NULL: "script" is a script */
};

/* What was found: each fact as "STATUS SUBJECT REASON\n". */
struct jam_shim_findings {
    char verdict[16];
    char sentence[1024];
    char facts[8192];
};

void jam_shim_doctor(const struct jam_shim_case *facts, struct jam_shim_findings *findings);

/* Name of what the function locks; "" if nothing. */
const char *jam_shim_lock_family(const char *function);

#ifdef __cplusplus
}
#endif

#endif
