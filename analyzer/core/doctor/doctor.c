/* Applies the rules of doctor_rules.c, and draws the verdict from what they say. */
#include "core/doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/doctor/doctor_rules.h"
#include "core/lock_entry.h"
#include "util/array.h"

/* What one file imports, by family: a bit each. */
struct imports {
    unsigned seen, missed;
};

static struct jam_doctor_fact *add(struct jam_doctor *doctor, enum jam_doctor_group group,
                                   const char *subject, const struct jam_doctor_rule *rule)
{
    if (jam_array_reserve(&doctor->facts, &doctor->capacity, doctor->count, sizeof(*doctor->facts)))
        return NULL;
    struct jam_doctor_fact *fact = &doctor->facts[doctor->count++];
    *fact = (struct jam_doctor_fact){.group = group,
                                     .status = rule->status,
                                     .is_fatal = rule->is_fatal,
                                     .is_minor = rule->is_minor,
                                     .what_to_do = rule->what_to_do};
    snprintf(fact->subject, sizeof(fact->subject), "%s", subject);
    snprintf(fact->reason, sizeof(fact->reason), "%s", rule->reason);
    return fact;
}

/* "mutexes, conditions and joins". */
static void list_families(unsigned families, char *text, size_t size)
{
    size_t used = 0;
    *text = '\0';
    for (unsigned i = 0; i < JAM_FAMILIES; i++) {
        if (!(families & 1u << i) || used >= size)
            continue;
        bool is_last = families >> i == 1;
        const char *before = used == 0 ? "" : is_last ? " and " : ", ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, jam_lock_family_name(i));
    }
}

static struct imports sum_imports(const struct jam_doctor_object *object,
                                  const struct jam_names *hooked)
{
    struct imports sum = {0};
    for (size_t i = 0; i < object->imports.count; i++) {
        const char *name = object->imports.items[i];
        enum jam_lock_family family = jam_lock_entry_family(name);
        if (family == JAM_FAMILY_NONE)
            continue;
        if (jam_names_has(hooked, name))
            sum.seen |= 1u << family;
        else
            sum.missed |= 1u << family;
    }
    return sum;
}

/* A program's own definition comes before the preload's in the dynamic linker's search. */
static unsigned own_families(const struct jam_doctor_object *object)
{
    unsigned families = 0;
    for (size_t i = 0; i < object->exports.count; i++) {
        enum jam_lock_family family = jam_lock_entry_family(object->exports.items[i]);
        if (family != JAM_FAMILY_NONE)
            families |= 1u << family;
    }
    return families;
}

static int add_families(struct jam_doctor *doctor, enum jam_doctor_group group,
                        const struct jam_doctor_object *object, unsigned families,
                        const struct jam_doctor_rule *rule)
{
    char list[256], reason[400];
    if (!families)
        return 0;
    list_families(families, list, sizeof(list));
    snprintf(reason, sizeof(reason), rule->reason, list);
    struct jam_doctor_rule filled = *rule;
    filled.reason = reason;
    return add(doctor, group, object->name, &filled) ? 0 : -1;
}

/* Older Rust takes the C library's locks; for Go and newer Rust, their own rule says it all. */
static unsigned told_traits(unsigned traits)
{
    if (!(traits & JAM_TRAIT(FUTEX)))
        return traits & ~JAM_TRAIT(RUST);
    return traits & (JAM_TRAIT(RUST) | JAM_TRAIT(GO)) ? traits & ~JAM_TRAIT(FUTEX) : traits;
}

/* Returns 1 after a fatal one: nothing else about the file matters. */
static int add_traits(struct jam_doctor *doctor, const struct jam_doctor_case *facts,
                      enum jam_doctor_group group, const struct jam_doctor_object *object)
{
    bool sees_futex =
        jam_names_has(facts->hooked, "syscall") && jam_names_has(&object->imports, "syscall");
    unsigned traits = sees_futex ? object->traits & ~JAM_TRAIT(RUST) : told_traits(object->traits);
    for (unsigned i = 0; i < JAM_TRAITS; i++) {
        const struct jam_doctor_rule *rule = &jam_doctor_trait_rules[i];
        if (!(traits & 1u << i) || !rule->reason)
            continue;
        if (sees_futex && i == JAM_TRAIT_FUTEX)
            rule = &jam_doctor_seen_futex_rule;
        if (!add(doctor, group, object->name, rule))
            return -1;
        if (rule->is_fatal)
            return 1;
    }
    return 0;
}

static const struct jam_doctor_rule calls_rule = {.reason =
                                                      "calls locking functions that are seen: %s"};
static const struct jam_doctor_rule runtime_rule = {
    .reason = "calls locking functions that are seen: %s. Its guards of static local variables "
              "wait on futexes: seen where they wait"};
static const struct jam_doctor_rule missed_rule = {
    .status = JAM_DOCTOR_NOT_SEEN, .reason = "calls locking functions that are not seen: %s"};
static const struct jam_doctor_rule between_rule = {
    .status = JAM_DOCTOR_NOT_SEEN,
    .is_minor = true,
    .reason = "calls functions for %s: not what lockjam is about"};
static const struct jam_doctor_rule own_rule = {
    .status = JAM_DOCTOR_NOT_SEEN,
    .reason = "defines its own locking functions, which come before the preload's: %s",
    .what_to_do = "link it with the C library's"};

static int add_object(struct jam_doctor *doctor, const struct jam_doctor_case *facts,
                      enum jam_doctor_group group, const struct jam_doctor_object *object)
{
    struct imports imports = sum_imports(object, facts->hooked);
    const unsigned between = 1u << JAM_FAMILY_PROCESS;
    unsigned own = group == JAM_DOCTOR_PROGRAM ? own_families(object) : 0;
    bool is_runtime = object->traits & JAM_TRAIT(CXX_RUNTIME);

    int status = add_traits(doctor, facts, group, object);
    if (status)
        return status < 0 ? status : 0;
    status = add_families(doctor, group, object, imports.seen & ~own,
                          is_runtime ? &runtime_rule : &calls_rule);
    if (!status)
        status = add_families(doctor, group, object, imports.missed & ~between, &missed_rule);
    if (!status)
        status = add_families(doctor, group, object, imports.missed & between, &between_rule);
    return status ? status : add_families(doctor, group, object, own, &own_rule);
}

static int add_program(struct jam_doctor *doctor, const struct jam_doctor_case *facts)
{
    char reason[400];
    const struct jam_doctor_rule script = {.reason = reason};
    static const struct jam_doctor_rule quiet = {
        .reason = "calls no locking function of the C library itself"};
    if (facts->interpreted_by) {
        snprintf(reason, sizeof(reason), "is a script; what follows is about what runs it: %s",
                 facts->interpreted_by);
        if (!add(doctor, JAM_DOCTOR_PROGRAM, facts->program, &script))
            return -1;
    }
    size_t before = doctor->count;
    if (add_object(doctor, facts, JAM_DOCTOR_PROGRAM, &facts->objects[0]))
        return -1;
    if (doctor->count == before && !add(doctor, JAM_DOCTOR_PROGRAM, facts->objects[0].name, &quiet))
        return -1;
    return 0;
}

/* Libraries that have nothing to do with locks share a line. */
static int add_libraries(struct jam_doctor *doctor, const struct jam_doctor_case *facts)
{
    size_t quiet = 0;
    for (size_t i = 1; i < facts->object_count; i++) {
        size_t before = doctor->count;
        if (add_object(doctor, facts, JAM_DOCTOR_LIBRARIES, &facts->objects[i]))
            return -1;
        quiet += doctor->count == before;
    }
    static const struct jam_doctor_rule rule = {.reason = "call no locking function"};
    char subject[64];
    snprintf(subject, sizeof(subject), "%zu %s", quiet, quiet == 1 ? "other" : "others");
    return quiet == 0 || add(doctor, JAM_DOCTOR_LIBRARIES, subject, &rule) ? 0 : -1;
}

static int add_checks(struct jam_doctor *doctor, const struct jam_doctor_case *facts)
{
    for (unsigned i = 0; i < JAM_CHECKS; i++) {
        const struct jam_doctor_check *check = &facts->checks[i];
        char reason[400];
        snprintf(reason, sizeof(reason), "%s (%s)",
                 check->is_ok ? jam_doctor_check_rules[i].ok
                              : jam_doctor_check_rules[i].rule.reason,
                 check->detail);
        struct jam_doctor_rule rule = {.reason = reason};
        if (!check->is_ok) {
            rule = jam_doctor_check_rules[i].rule;
            rule.reason = reason;
        }
        if (!add(doctor, JAM_DOCTOR_MACHINE, jam_doctor_check_rules[i].subject, &rule))
            return -1;
    }
    return 0;
}

/* --- the verdict --- */

/* The fact that a sentence names: the first of those that are worst. */
static const struct jam_doctor_fact *worst(const struct jam_doctor *doctor)
{
    const struct jam_doctor_fact *found = NULL;
    for (size_t i = 0; i < doctor->count; i++) {
        const struct jam_doctor_fact *fact = &doctor->facts[i];
        bool is_worse = !found || (fact->is_fatal && !found->is_fatal) ||
                        (fact->is_fatal == found->is_fatal && fact->status > found->status);
        if (fact->status != JAM_DOCTOR_OK && !fact->is_minor && is_worse)
            found = fact;
    }
    return found;
}

/* "WHAT", or "WHAT, JOINT SUBJECT REASON; remedy: REMEDY"; cut off where the buffer ends. */
static void say(struct jam_doctor *doctor, enum jam_doctor_verdict verdict, const char *what,
                const char *joint, const struct jam_doctor_fact *why)
{
    const char *remedy = why ? why->what_to_do : NULL;
    const char *colon = why && why->group == JAM_DOCTOR_MACHINE ? ":" : "";
    doctor->verdict = verdict;
    if (!why)
        snprintf(doctor->sentence, sizeof(doctor->sentence), "%s.", what);
    else
        snprintf(doctor->sentence, sizeof(doctor->sentence), "%s%s%s%s %s%s%s.", what, joint,
                 why->subject, colon, why->reason, remedy ? "; remedy: " : "",
                 remedy ? remedy : "");
}

/* Nothing that could be seen is imported: what else the program does decides. */
static void judge_quiet(struct jam_doctor *doctor, const struct jam_doctor_case *facts,
                        const struct jam_doctor_fact *why)
{
    const unsigned elsewhere = JAM_TRAIT(OPENS) | JAM_TRAIT(STARTS);
    const unsigned unknown = JAM_TRAIT(UNREADABLE) | JAM_TRAIT(NO_SYMBOLS) | JAM_TRAIT(MISSING);
    unsigned traits = 0;
    for (size_t i = 0; i < facts->object_count; i++)
        traits |= facts->objects[i].traits;
    if (traits & unknown)
        say(doctor, JAM_DOCTOR_IN_PART, "Whether lockjam will see locks is not known before a run",
            ": ", why);
    else if (facts->objects[0].traits & elsewhere)
        say(doctor, JAM_DOCTOR_IN_PART,
            "lockjam will see no lock of the program itself, but those of the libraries that it "
            "opens and of the programs that it starts: ask about these",
            "; besides, ", why);
    else
        say(doctor, JAM_DOCTOR_BLIND,
            "lockjam will see nothing: neither the program nor its libraries call a locking "
            "function that is seen",
            "; ", why);
}

/* Whose locks will be seen, after "the mutexes of". */
static const char *where_seen(const struct jam_doctor_case *facts, unsigned in_program)
{
    if (in_program)
        return "the program and its libraries";
    for (size_t i = 0; i < facts->object_count; i++)
        if (facts->objects[i].traits & JAM_TRAIT(OPENS))
            return "the program's libraries, and the locks of those that it opens while it runs";
    return "the program's libraries";
}

static void judge(struct jam_doctor *doctor, const struct jam_doctor_case *facts)
{
    const struct jam_doctor_fact *why = worst(doctor);
    char list[256], what[512];
    unsigned own = own_families(&facts->objects[0]);
    unsigned in_program = sum_imports(&facts->objects[0], facts->hooked).seen & ~own;
    unsigned seen = in_program;

    for (size_t i = 1; i < facts->object_count; i++)
        seen |= sum_imports(&facts->objects[i], facts->hooked).seen & ~own;
    list_families(in_program ? in_program : seen, list, sizeof(list));
    snprintf(what, sizeof(what), "lockjam will see the %s of %s", list,
             where_seen(facts, in_program));
    if (why && why->is_fatal)
        say(doctor, JAM_DOCTOR_BLIND, "lockjam will see nothing", ": ", why);
    else if (!seen)
        judge_quiet(doctor, facts, why);
    else
        say(doctor, why ? JAM_DOCTOR_IN_PART : JAM_DOCTOR_SEES, what, "; not all, because ", why);
}

int jam_doctor_judge(struct jam_doctor *doctor, const struct jam_doctor_case *facts,
                     struct jam_error *error)
{
    *doctor = (struct jam_doctor){0};
    if (add_program(doctor, facts) || add_libraries(doctor, facts) || add_checks(doctor, facts))
        return jam_error_memory(error);
    judge(doctor, facts);
    return 0;
}

void jam_doctor_fini(struct jam_doctor *doctor)
{
    free(doctor->facts);
    *doctor = (struct jam_doctor){0};
}

const char *jam_doctor_status_name(enum jam_doctor_status status)
{
    static const char *const names[] = {"ok", "partly", "not seen"};
    return names[status];
}

const char *jam_doctor_verdict_name(enum jam_doctor_verdict verdict)
{
    static const char *const names[] = {"sees", "partly", "blind"};
    return names[verdict];
}
