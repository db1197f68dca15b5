/* `lockjam doctor`: what can and cannot be seen in a program, before it is run. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor_machine.h"
#include "doctor/doctor_program.h"
#include "symbols/elf_library.h"
#include "render/render_doctor.h"
#include "util/output.h"

#define NAME "doctor"

enum format { FORMAT_TEXT, FORMAT_JSON };

static const char *const format_choices[] = {"text", "json", NULL};

struct doctor_options {
    const char *output;
    int format;
};

static const struct jam_option doctor_options[] = {
    JAM_OPTION_ROW_OUTPUT(struct doctor_options, output),
    {"format", 0, JAM_OPTION_CHOICE, NULL, "text (default) or json",
     JAM_OPTION_AT(struct doctor_options, format), format_choices, 0, 0},
    {0},
};

/* How a program is started and by whom does not matter for a library. */
#define OF_PROGRAMS_ONLY                                                                           \
    (JAM_TRAIT(STATIC) | JAM_TRAIT(MUSL) | JAM_TRAIT(OTHER_LOADER) | JAM_TRAIT(DAMAGED) |          \
     JAM_TRAIT(32_BIT) | JAM_TRAIT(FOREIGN))

/*
 * The dynamic linker takes no library that is damaged or of another kind. The waits of a
 * sanitizer's runtime are not those of the program, which is told to have one.
 */
static unsigned library_traits(unsigned traits)
{
    const unsigned unusable = JAM_TRAIT(DAMAGED) | JAM_TRAIT(32_BIT) | JAM_TRAIT(FOREIGN);
    const unsigned sanitizers = JAM_TRAIT(ASAN) | JAM_TRAIT(TSAN);
    if (traits & sanitizers)
        traits &= ~(sanitizers | JAM_TRAIT(FUTEX));
    return (traits & ~OF_PROGRAMS_ONLY) | (traits & unusable ? JAM_TRAIT(MISSING) : 0);
}

/* The lists stay those of `libraries`. */
static struct jam_doctor_object *view_objects(const struct jam_elf_libraries *libraries,
                                              unsigned program_traits)
{
    struct jam_doctor_object *objects = calloc(libraries->count, sizeof(*objects));
    for (size_t i = 0; objects && i < libraries->count; i++) {
        const struct jam_elf_library *library = &libraries->items[i];
        const char *slash = strrchr(library->name, '/');
        struct jam_doctor_object *object = &objects[i];
        snprintf(object->name, sizeof(object->name), "%s", slash ? slash + 1 : library->name);
        object->traits =
            i ? library_traits(library->object.traits) : library->object.traits | program_traits;
        object->imports = library->object.imports;
        object->exports = library->object.exports;
    }
    return objects;
}

static int write_findings(const struct jam_doctor *doctor, const struct doctor_options *options,
                          struct jam_error *error)
{
    struct jam_output output;
    int status = jam_output_open(&output, options->output, NULL, 0, error);
    if (status)
        return status;
    if (options->format == FORMAT_JSON)
        jam_doctor_json(doctor, output.stream);
    else
        jam_doctor_text(doctor, output.stream);
    return jam_output_close(&output, error);
}

static int judge(const struct jam_doctor_case *facts, const struct doctor_options *options,
                 struct jam_error *error)
{
    struct jam_doctor doctor;
    int status = jam_doctor_judge(&doctor, facts, error);
    if (!status)
        status = write_findings(&doctor, options, error);
    jam_doctor_fini(&doctor);
    return status;
}

static int examine(const struct jam_doctor_program *program, const struct doctor_options *options,
                   struct jam_error *error)
{
    struct jam_elf_libraries libraries;
    struct jam_doctor_machine machine = {0};
    struct jam_doctor_object *objects = NULL;
    const char *executed = jam_doctor_program_executed(program);

    int status = jam_elf_libraries_read(&libraries, executed, error);
    if (!status)
        status = jam_doctor_machine_check(&machine, error);
    if (!status) {
        objects = view_objects(&libraries, program->traits);
        status = objects ? 0 : jam_error_memory(error);
    }
    const struct jam_doctor_case facts = {
        .program = program->path,
        .interpreted_by = *program->interpreter ? executed : NULL,
        .hooked = &machine.hooked,
        .objects = objects,
        .object_count = libraries.count,
        .checks = machine.checks,
    };
    if (!status)
        status = judge(&facts, options, error);
    free(objects);
    jam_doctor_machine_fini(&machine);
    jam_elf_libraries_fini(&libraries);
    return status;
}

static int jam_cmd_doctor(int argc, char **argv)
{
    struct doctor_options options = {0};
    struct jam_doctor_program program = {0};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_COMMAND};
    int status = jam_options_parse(doctor_options, &line, &options, &error);
    if (status == 0)
        status = jam_error_set(&error, JAM_ERROR_USAGE, "no program to look at");
    if (status > 0)
        status = jam_doctor_program_find(&program, argv[1], &error);
    if (!status)
        status = examine(&program, &options, &error);
    return status ? jam_command_fail(NAME, &error) : JAM_EXIT_OK;
}

const struct jam_command jam_command_doctor = {
    .name = NAME,
    .run = jam_cmd_doctor,
    .synopsis = "[OPTION]... [--] COMMAND [ARGUMENT]...",
    .summary = "Say what can be seen in a program, and what cannot, and why",
    .description =
        "Looks at the program's file, the libraries that it is linked with and this machine. "
        "Nothing of the program is run. One line for each fact, then the verdict: lockjam will "
        "see the program's locks, part of them, or nothing.\n\n"
        "Libraries that the program opens while it runs, and programs that it starts, are not "
        "looked at.\n\n"
        "The exit status is 0 whatever the verdict; 4 if there is no such program.",
    .options = doctor_options,
};
