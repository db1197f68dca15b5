/*
 * What `lockjam doctor` found, as text and as lockjam.doctor/1.
 */
#ifndef JAM_RENDER_DOCTOR_H
#define JAM_RENDER_DOCTOR_H

#include <stdio.h>

#include "core/doctor/doctor.h"

void jam_doctor_text(const struct jam_doctor *doctor, FILE *out);

/*
 * {"schema", "verdict": "sees" | "partly" | "blind", "sentence",
 *  "facts": [{"group": "program" | "libraries" | "machine", "subject",
 *             "status": "ok" | "partly" | "not seen", "reason", "what_to_do": text or null} ..]}
 */
void jam_doctor_json(const struct jam_doctor *doctor, FILE *out);

#endif
