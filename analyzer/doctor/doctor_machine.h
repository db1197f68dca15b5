/*
 * What the machine and the environment allow a recording to do. Only what is cheap and certain is
 * asked.
 */
#ifndef JAM_DOCTOR_MACHINE_H
#define JAM_DOCTOR_MACHINE_H

#include "core/doctor/doctor.h"

struct jam_doctor_machine {
    struct jam_doctor_check checks[JAM_CHECKS];
    struct jam_names hooked; /* what the preload exports; empty if there is none */
};

/* 0, or JAM_ERROR_SYSTEM when memory is short. Call jam_doctor_machine_fini in both cases. */
int jam_doctor_machine_check(struct jam_doctor_machine *machine, struct jam_error *error);
void jam_doctor_machine_fini(struct jam_doctor_machine *machine);

#endif
