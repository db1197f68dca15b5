#include "doctor_shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock_entry.h"

#define HOOKED "pthread_cond_wait pthread_mutex_lock pthread_mutex_unlock pthread_join"

static struct jam_names split(const char *text)
{
    struct jam_names names = {0};
    char *copy = strdup(text ? text : "");
    char *rest;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        jam_names_add(&names, word);
    free(copy);
    jam_names_sort(&names);
    return names;
}

static struct jam_doctor_object make(const char *name, const struct jam_shim_object *given)
{
    struct jam_doctor_object object = {.traits = given->traits,
                                       .imports = split(given->imports),
                                       .exports = split(given->exports)};
    snprintf(object.name, sizeof(object.name), "%s", name);
    return object;
}

static void tell(const struct jam_doctor *doctor, struct jam_shim_findings *findings)
{
    size_t used = 0;
    for (size_t i = 0; i < doctor->count && used < sizeof(findings->facts); i++)
        used += (size_t)snprintf(findings->facts + used, sizeof(findings->facts) - used,
                                 "%s %s %s\n", jam_doctor_status_name(doctor->facts[i].status),
                                 doctor->facts[i].subject, doctor->facts[i].reason);
    snprintf(findings->verdict, sizeof(findings->verdict), "%s",
             jam_doctor_verdict_name(doctor->verdict));
    snprintf(findings->sentence, sizeof(findings->sentence), "%s", doctor->sentence);
}

void jam_shim_doctor(const struct jam_shim_case *given, struct jam_shim_findings *findings)
{
    struct jam_doctor doctor;
    struct jam_error error = {0};
    struct jam_doctor_check checks[JAM_CHECKS];
    struct jam_doctor_object objects[] = {make("prog", &given->program),
                                          make("libx.so.1", &given->library)};
    struct jam_names hooked = split(given->hooked ? given->hooked : HOOKED);
    const struct jam_doctor_case facts = {"script", given->interpreted_by, &hooked, objects, 2,
                                          checks};

    for (int i = 0; i < JAM_CHECKS; i++)
        checks[i] = (struct jam_doctor_check){.is_ok = i != given->failed_check, .detail = "seen"};
    memset(findings, 0, sizeof(*findings));
    if (jam_doctor_judge(&doctor, &facts, &error) == 0)
        tell(&doctor, findings);
    jam_doctor_fini(&doctor);
    jam_names_fini(&hooked);
    for (int i = 0; i < 2; i++) {
        jam_names_fini(&objects[i].imports);
        jam_names_fini(&objects[i].exports);
    }
}

const char *jam_shim_lock_family(const char *function)
{
    enum jam_lock_family family = jam_lock_entry_family(function);
    return family == JAM_FAMILY_NONE ? "" : jam_lock_family_name(family);
}
