/*
 * What lockjam can see in a program, judged from facts about its files and the machine.
 *
 *     struct jam_doctor_case ──▶ jam_doctor_judge ──▶ findings, one a fact ──▶ verdict
 *
 * Traits and checks are rows of tables in doctor.c: each says how much it takes away, why, and
 * what a user can do. A fact that is fatal keeps the preload out or makes recording impossible;
 * nothing else matters then. Otherwise the verdict is about the functions that the program and its
 * libraries import: what the preload exports is seen.
 */
#ifndef JAM_CORE_DOCTOR_H
#define JAM_CORE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/names.h"

enum jam_doctor_group { JAM_DOCTOR_PROGRAM, JAM_DOCTOR_LIBRARIES, JAM_DOCTOR_MACHINE };
enum jam_doctor_status { JAM_DOCTOR_OK, JAM_DOCTOR_PARTLY, JAM_DOCTOR_NOT_SEEN };
enum jam_doctor_verdict { JAM_DOCTOR_SEES, JAM_DOCTOR_IN_PART, JAM_DOCTOR_BLIND };

/* What is special about a file; bit numbers, in the order in which they are told. */
enum jam_doctor_trait {
    JAM_TRAIT_DAMAGED,    /* not an ELF file, or one that contradicts itself */
    JAM_TRAIT_UNREADABLE, /* may be executed, not read */
    JAM_TRAIT_32_BIT,
    JAM_TRAIT_FOREIGN, /* of another processor or kind */
    JAM_TRAIT_STATIC,
    JAM_TRAIT_MUSL,
    JAM_TRAIT_OTHER_LOADER,
    JAM_TRAIT_SET_ID, /* would change user or group for the one who asks */
    JAM_TRAIT_CAPABLE,
    JAM_TRAIT_NO_SYMBOLS, /* has no section that lists its imports */
    JAM_TRAIT_MISSING,    /* a library that was not found */
    JAM_TRAIT_ASAN,
    JAM_TRAIT_TSAN,
    JAM_TRAIT_GO,
    JAM_TRAIT_RUST,
    JAM_TRAIT_FUTEX,         /* has code that waits on futexes itself */
    JAM_TRAIT_PYTHON,        /* a CPython interpreter */
    JAM_TRAIT_PYTHON_NO_GIL, /* ... without a GIL (PEP 703) */
    JAM_TRAIT_CXX_RUNTIME,
    JAM_TRAIT_OPENS, /* imports dlopen, or functions that start programs: see the verdict */
    JAM_TRAIT_STARTS,
    JAM_TRAITS
};

#define JAM_TRAIT(trait) (1u << (JAM_TRAIT_##trait))

/* What is asked of the machine. */
enum jam_doctor_check_id {
    JAM_CHECK_PRELOAD,
    JAM_CHECK_OUTPUT,
    JAM_CHECK_LIBC,
    JAM_CHECK_KERNEL,
    JAM_CHECK_UNWINDER,
    JAM_CHECK_CLOCK,
    JAM_CHECK_FILE_SIZE,
    JAM_CHECK_ADDRESS_SPACE,
    JAM_CHECKS
};

struct jam_doctor_check {
    bool is_ok;
    char detail[256]; /* what was found: a path, a version, the system's reason */
};

/* A file: the program, or a library. */
struct jam_doctor_object {
    char name[128];
    unsigned traits;          /* JAM_TRAIT() bits */
    struct jam_names imports; /* sorted */
    struct jam_names exports; /* sorted */
};

struct jam_doctor_case {
    const char *program;                     /* as the user calls it */
    const char *interpreted_by;              /* NULL unless it is a script: then, what runs it */
    const struct jam_names *hooked;          /* what the preload exports, sorted */
    const struct jam_doctor_object *objects; /* the program, then its libraries */
    size_t object_count;                     /* at least 1 */
    const struct jam_doctor_check *checks;   /* by enum jam_doctor_check_id */
};

struct jam_doctor_fact {
    enum jam_doctor_group group;
    enum jam_doctor_status status;
    bool is_fatal; /* nothing can be recorded */
    bool is_minor; /* does not count in the verdict */
    char subject[128];
    char reason[512];
    const char *what_to_do; /* NULL = nothing */
};

struct jam_doctor {
    struct jam_doctor_fact *facts; /* by group */
    size_t count;
    size_t capacity;
    enum jam_doctor_verdict verdict;
    char sentence[1024]; /* the verdict in words */
};

/*
 * Judges. 0, or JAM_ERROR_SYSTEM when memory is short. Call jam_doctor_fini in both cases.
 */
int jam_doctor_judge(struct jam_doctor *doctor, const struct jam_doctor_case *facts,
                     struct jam_error *error);
void jam_doctor_fini(struct jam_doctor *doctor);

/* "ok", "partly", "not seen"; "sees", "partly", "blind". */
const char *jam_doctor_status_name(enum jam_doctor_status status);
const char *jam_doctor_verdict_name(enum jam_doctor_verdict verdict);

#endif
