/* What each trait and each check means for a recording. */
#include "core/doctor/doctor_rules.h"

#define NO_PRELOAD "so no library can be preloaded into it"

const struct jam_doctor_rule jam_doctor_trait_rules[JAM_TRAITS] = {
    [JAM_TRAIT_DAMAGED] = {.status = JAM_DOCTOR_NOT_SEEN,
                           .is_fatal = true,
                           .reason = "is neither a whole ELF file nor a script with a '#!' line",
                           .what_to_do =
                               "name the program itself, or the shell that shall read the file"},
    [JAM_TRAIT_UNREADABLE] = {.status = JAM_DOCTOR_PARTLY,
                              .reason =
                                  "may be executed but not read, so what it locks is not known"},
    [JAM_TRAIT_32_BIT] = {.status = JAM_DOCTOR_NOT_SEEN,
                          .is_fatal = true,
                          .reason = "is a 32-bit program, and the preload is a 64-bit library",
                          .what_to_do = "build it for 64 bits"},
    [JAM_TRAIT_FOREIGN] = {.status = JAM_DOCTOR_NOT_SEEN,
                           .is_fatal = true,
                           .reason = "is no program for this processor (x86-64 Linux)"},
    [JAM_TRAIT_STATIC] = {.status = JAM_DOCTOR_NOT_SEEN,
                          .is_fatal = true,
                          .reason = "is statically linked, " NO_PRELOAD,
                          .what_to_do = "link it dynamically (without -static, -static-pie)"},
    [JAM_TRAIT_MUSL] = {.status = JAM_DOCTOR_NOT_SEEN,
                        .is_fatal = true,
                        .reason = "is linked with musl, and the preload needs glibc",
                        .what_to_do = "build it for glibc (*-linux-gnu)"},
    [JAM_TRAIT_OTHER_LOADER] =
        {.status = JAM_DOCTOR_PARTLY,
         .reason = "is started by a dynamic linker that is not this system's glibc"},
    [JAM_TRAIT_SET_ID] =
        {.status = JAM_DOCTOR_NOT_SEEN,
         .is_fatal = true,
         .reason = "is set-user-id or set-group-id, so the dynamic linker ignores the preload",
         .what_to_do = "run it as its owner, or record a copy without these mode bits"},
    [JAM_TRAIT_CAPABLE] = {.status = JAM_DOCTOR_NOT_SEEN,
                           .is_fatal = true,
                           .reason =
                               "has file capabilities, so the dynamic linker ignores the preload",
                           .what_to_do =
                               "record a copy without them (a copy does not inherit them)"},
    [JAM_TRAIT_NO_SYMBOLS] = {.status = JAM_DOCTOR_PARTLY,
                              .reason =
                                  "has no table of its imports, so what it locks is not known"},
    [JAM_TRAIT_MISSING] =
        {.status = JAM_DOCTOR_PARTLY,
         .reason = "was not found, so what it locks is not known (and the program may not "
                   "start)",
         .what_to_do = "set LD_LIBRARY_PATH as for the run"},
    [JAM_TRAIT_ASAN] = {.reason = "is built with AddressSanitizer: `lockjam record` lifts its "
                                  "demand to be loaded first"},
    [JAM_TRAIT_TSAN] = {.status = JAM_DOCTOR_PARTLY,
                        .reason =
                            "is built with ThreadSanitizer, which replaces the same functions",
                        .what_to_do = "record a build without it"},
    [JAM_TRAIT_GO] = {.status = JAM_DOCTOR_NOT_SEEN,
                      .reason =
                          "is a Go program: goroutines and Go's locks are not the C library's",
                      .what_to_do =
                          "only locks of its C code are seen; for Go's, use its own mutex profile"},
    [JAM_TRAIT_RUST] =
        {.status = JAM_DOCTOR_PARTLY,
         .reason = "is written in Rust, whose standard locks wait on futexes themselves since "
                   "Rust 1.62"},
    [JAM_TRAIT_FUTEX] = {.status = JAM_DOCTOR_PARTLY,
                         .reason = "waits on futexes itself, past the C library"},
    [JAM_TRAIT_PYTHON] = {.reason = "is CPython: from 3.8 to 3.15, call stacks show the program's "
                                    "own frames, and locks have its names"},
    [JAM_TRAIT_PYTHON_NO_GIL] =
        {.status = JAM_DOCTOR_PARTLY,
         .reason = "is a CPython without a GIL, whose locks and frames are not known",
         .what_to_do = "run the program with the ordinary build"},
};

const struct jam_doctor_check_rule jam_doctor_check_rules[JAM_CHECKS] = {
    [JAM_CHECK_PRELOAD] = {{.status = JAM_DOCTOR_NOT_SEEN,
                            .is_fatal = true,
                            .reason = "the preload cannot be used",
                            .what_to_do = "build it (make), or install lockjam completely"},
                           "preload",
                           "found"},
    [JAM_CHECK_OUTPUT] = {{.status = JAM_DOCTOR_NOT_SEEN,
                           .is_fatal = true,
                           .reason = "no trace can be written",
                           .what_to_do = "go to another folder, or name one with -o"},
                          "trace",
                          "can be written"},
    [JAM_CHECK_LIBC] = {{.status = JAM_DOCTOR_NOT_SEEN,
                         .is_fatal = true,
                         .reason = "older than glibc 2.35, which has what the preload needs"},
                        "C library",
                        "new enough"},
    [JAM_CHECK_KERNEL] = {{.status = JAM_DOCTOR_NOT_SEEN,
                           .is_fatal = true,
                           .reason = "older than Linux 4.14, which has what the preload needs"},
                          "kernel",
                          "new enough"},
    [JAM_CHECK_UNWINDER] = {{.status = JAM_DOCTOR_PARTLY,
                             .reason = "not found: call stacks will be one frame deep",
                             .what_to_do = "install libunwind8"},
                            "call stacks",
                            "libunwind is there"},
    [JAM_CHECK_CLOCK] =
        {{.status = JAM_DOCTOR_OK,
          .reason = "no invariant time stamp counter: recording costs more, times are right"},
         "clock",
         "the time stamp counter is invariant"},
    [JAM_CHECK_FILE_SIZE] = {{.status = JAM_DOCTOR_PARTLY,
                              .reason = "limits the size of files: a trace may not hold everything",
                              .what_to_do = "raise it: ulimit -f unlimited"},
                             "file size",
                             "files may grow"},
    [JAM_CHECK_ADDRESS_SPACE] =
        {{.status = JAM_DOCTOR_PARTLY,
          .reason = "limits the address space: a thread needs 1.2 MiB more than alone",
          .what_to_do = "raise it: ulimit -v unlimited"},
         "address space",
         "not limited"},
};

const struct jam_doctor_rule jam_doctor_seen_futex_rule = {
    .status = JAM_DOCTOR_PARTLY,
    .reason = "waits on futexes itself: the waits are seen, as custom locks, but not their order",
};
