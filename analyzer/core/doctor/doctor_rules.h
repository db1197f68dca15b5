/*
 * The rules of `lockjam doctor`: a row for each trait of a file and each check of the machine. To
 * add one: an enumerator in doctor.h, a row here, and whoever finds it out.
 */
#ifndef JAM_CORE_DOCTOR_RULES_H
#define JAM_CORE_DOCTOR_RULES_H

#include "core/doctor/doctor.h"

struct jam_doctor_rule {
    enum jam_doctor_status status;
    bool is_fatal;          /* nothing can be recorded */
    const char *reason;     /* follows the subject; NULL = told by the verdict alone */
    const char *what_to_do; /* NULL = nothing */
    bool is_minor;          /* told, but does not count: no lock between threads */
};

struct jam_doctor_check_rule {
    struct jam_doctor_rule rule; /* if the check fails */
    const char *subject;
    const char *ok;
};

extern const struct jam_doctor_rule jam_doctor_trait_rules[JAM_TRAITS];
extern const struct jam_doctor_check_rule jam_doctor_check_rules[JAM_CHECKS];

/* Instead of JAM_TRAIT_FUTEX where the preload stands before syscall(2). */
extern const struct jam_doctor_rule jam_doctor_seen_futex_rule;

#endif
