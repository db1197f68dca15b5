/* Asks the machine, in the same way as the preload will. */
#include "doctor/doctor_machine.h"

#include <cpuid.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "symbols/elf_library.h"
#include "record/record_setup.h"
#include "util/human.h"

#define UNWINDER "libunwind-x86_64.so.8"

/* Events alone may take this much (--max-size); less is a limit that a recording can reach. */
#define FILE_BYTES_WANTED (64ULL << 20)

static void __attribute__((format(printf, 3, 4)))
found(struct jam_doctor_check *check, bool is_ok, const char *format, ...)
{
    va_list arguments;
    check->is_ok = is_ok;
    va_start(arguments, format);
    vsnprintf(check->detail, sizeof(check->detail), format, arguments);
    va_end(arguments);
}

/* The exports of the preload are the list of what it sees. */
static int read_hooks(struct jam_doctor_machine *machine, const char *preload)
{
    struct jam_elf_object object;
    int status = jam_elf_object_read(&object, preload);
    machine->hooked = object.exports;
    object.exports = (struct jam_names){0};
    jam_elf_object_fini(&object);
    return status;
}

static int check_preload(struct jam_doctor_machine *machine, const struct jam_record_setup *setup,
                         const struct jam_error *trouble)
{
    struct jam_doctor_check *check = &machine->checks[JAM_CHECK_PRELOAD];
    struct statvfs mount;
    if (!setup->preload) {
        found(check, false, "%s", trouble->text);
        return 0;
    }
    found(check, true, "%s", setup->preload);
    if (strpbrk(setup->preload, ":;"))
        found(check, false, "its path has a ':' or ';': %s", setup->preload);
    else if (statvfs(setup->preload, &mount) == 0 && (mount.f_flag & ST_NOEXEC))
        found(check, false, "it lies on a file system mounted noexec: %s", setup->preload);
    return read_hooks(machine, setup->preload);
}

/*
 * As `record` would, but always into a folder: a name would have an older trace replaced. The
 * folder of LOCKJAM_OUTPUT stands for it.
 */
static char *output_folder(void)
{
    const char *output = getenv("LOCKJAM_OUTPUT");
    const char *slash = output ? strrchr(output, '/') : NULL;
    return slash ? strndup(output, (size_t)(slash - output) + 1) : strdup("./");
}

static int check_setup(struct jam_doctor_machine *machine)
{
    struct jam_record_setup setup;
    struct jam_error trouble = {0};
    char *folder = output_folder();
    if (!folder)
        return -1;
    const struct jam_record_options options = {.output = folder, .events = -1, .follow_fork = -1};
    int refused = jam_record_setup_init(&setup, &options, &trouble);
    int status = check_preload(machine, &setup, &trouble);
    bool is_writable = !refused || !machine->checks[JAM_CHECK_PRELOAD].is_ok;
    found(&machine->checks[JAM_CHECK_OUTPUT], is_writable, "%s",
          is_writable ? setup.folder ? setup.folder : folder : trouble.text);
    jam_record_setup_fini(&setup);
    free(folder);
    return status;
}

static bool is_at_least(const char *version, unsigned major, unsigned minor)
{
    unsigned found_major = 0, found_minor = 0;
    if (sscanf(version, "%u.%u", &found_major, &found_minor) != 2)
        return true;
    return found_major > major || (found_major == major && found_minor >= minor);
}

static void check_versions(struct jam_doctor_machine *machine)
{
    struct utsname name = {0};
    uname(&name);
    found(&machine->checks[JAM_CHECK_KERNEL], is_at_least(name.release, 4, 14), "Linux %s",
          name.release);
    found(&machine->checks[JAM_CHECK_LIBC], is_at_least(gnu_get_libc_version(), 2, 35), "glibc %s",
          gnu_get_libc_version());
}

static void check_unwinder(struct jam_doctor_check *check)
{
    char *path = jam_elf_library_find(UNWINDER);
    found(check, path != NULL, "%s", path ? path : UNWINDER);
    free(path);
}

static void check_clock(struct jam_doctor_check *check)
{
    enum { INVARIANT = 1 << 8 }; /* CPUID 0x80000007, EDX */
    unsigned eax, ebx, ecx, edx;
    bool is_tsc = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) && (edx & INVARIANT);
    found(check, is_tsc, "%s", is_tsc ? "read in user space" : "clock_gettime is used");
}

static void check_limit(struct jam_doctor_check *check, int resource, rlim_t wanted)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    char bytes[JAM_HUMAN_BYTES];
    getrlimit(resource, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        found(check, true, "unlimited");
    else
        found(check, limit.rlim_cur >= wanted, "%s",
              jam_human_bytes((uint64_t)limit.rlim_cur, bytes));
}

int jam_doctor_machine_check(struct jam_doctor_machine *machine, struct jam_error *error)
{
    *machine = (struct jam_doctor_machine){0};
    if (check_setup(machine))
        return jam_error_memory(error);
    check_versions(machine);
    check_unwinder(&machine->checks[JAM_CHECK_UNWINDER]);
    check_clock(&machine->checks[JAM_CHECK_CLOCK]);
    check_limit(&machine->checks[JAM_CHECK_FILE_SIZE], RLIMIT_FSIZE, FILE_BYTES_WANTED);
    check_limit(&machine->checks[JAM_CHECK_ADDRESS_SPACE], RLIMIT_AS, RLIM_INFINITY);
    return 0;
}

void jam_doctor_machine_fini(struct jam_doctor_machine *machine)
{
    jam_names_fini(&machine->hooked);
}
