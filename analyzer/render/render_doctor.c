/* Prints the facts, then the verdict. Names come from files and the command line: cleaned. */
#include "render/render_doctor.h"

#include <jansson.h>

#include "util/human.h"

#define TEXT_BYTES 2048

static const char *const group_names[] = {"program", "libraries", "machine"};
static const char *const headings[] = {"The program", "Its libraries", "This machine"};

void jam_doctor_text(const struct jam_doctor *doctor, FILE *out)
{
    char subject[TEXT_BYTES], reason[TEXT_BYTES];
    int group = -1;
    for (size_t i = 0; i < doctor->count; i++) {
        const struct jam_doctor_fact *fact = &doctor->facts[i];
        if (group != (int)fact->group)
            fprintf(out, "%s%s\n", group < 0 ? "" : "\n", headings[fact->group]);
        group = (int)fact->group;
        fprintf(out, "  %-8s  %s%s %s\n", jam_doctor_status_name(fact->status),
                jam_human_clean(fact->subject, subject, sizeof(subject)),
                fact->group == JAM_DOCTOR_MACHINE ? ":" : "",
                jam_human_clean(fact->reason, reason, sizeof(reason)));
        if (fact->what_to_do)
            fprintf(out, "  %-8s  -> %s\n", "", fact->what_to_do);
    }
    fprintf(out, "\n%s\n", jam_human_clean(doctor->sentence, reason, sizeof(reason)));
}

static void set_text(json_t *object, const char *key, const char *text)
{
    char clean[TEXT_BYTES];
    json_object_set_new_nocheck(
        object, key,
        text ? json_string_nocheck(jam_human_clean(text, clean, sizeof(clean))) : json_null());
}

static json_t *fact_json(const struct jam_doctor_fact *fact)
{
    json_t *object = json_object();
    set_text(object, "group", group_names[fact->group]);
    set_text(object, "subject", fact->subject);
    set_text(object, "status", jam_doctor_status_name(fact->status));
    set_text(object, "reason", fact->reason);
    set_text(object, "what_to_do", fact->what_to_do);
    return object;
}

void jam_doctor_json(const struct jam_doctor *doctor, FILE *out)
{
    json_t *object = json_object();
    json_t *facts = json_array();
    set_text(object, "schema", "lockjam.doctor/1");
    set_text(object, "verdict", jam_doctor_verdict_name(doctor->verdict));
    set_text(object, "sentence", doctor->sentence);
    for (size_t i = 0; i < doctor->count; i++)
        json_array_append_new(facts, fact_json(&doctor->facts[i]));
    json_object_set_new_nocheck(object, "facts", facts);
    json_dumpf(object, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    fputc('\n', out);
    json_decref(object);
}
