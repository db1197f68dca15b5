// Facts about files and a machine in, verdict out.
#include <gtest/gtest.h>

#include <string>

#include "doctor_shim.h"

namespace
{

const char *const mutexes = "printf pthread_mutex_lock pthread_mutex_unlock";

struct row {
    const char *what;
    jam_shim_case facts;
    const char *verdict;
    const char *sentence; // a part of it
    const char *fact;     // a part of one
};

const row rows[] = {
    {"a program with mutexes",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "sees",
     "see the mutexes of the program",
     "ok prog calls locking functions that are seen: mutexes"},
    {"a library with conditions",
     {{0, "", ""}, {0, "pthread_cond_wait pthread_join", ""}, nullptr, -1, nullptr},
     "sees",
     "the conditions and joins of the program's libraries.",
     "ok prog calls no locking function"},
    {"three kinds",
     {{0, "pthread_cond_wait pthread_join pthread_mutex_lock", ""}, {}, nullptr, -1, nullptr},
     "sees",
     "the mutexes, conditions and joins of",
     "ok 1 other call no locking function"},
    {"no lock at all",
     {{0, "printf", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "blind",
     "neither the program nor its libraries",
     "ok prog calls no locking function"},
    {"a program that opens libraries",
     {{JAM_TRAIT(OPENS), "dlopen", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "partly",
     "libraries that it opens",
     "ok prog"},
    {"a library that opens libraries says nothing of the program",
     {{0, "", ""}, {JAM_TRAIT(OPENS), "dlopen", ""}, nullptr, -1, nullptr},
     "blind",
     "neither",
     "ok prog"},
    {"an entry point that is not hooked",
     {{0, "pthread_mutex_lock sem_wait", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "partly",
     "the mutexes of the program and its libraries; not all, because prog calls",
     "not seen prog calls locking functions that are not seen: semaphores"},
    {"locks between processes do not count",
     {{0, "pthread_mutex_lock flock", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "sees",
     "the mutexes of",
     "not seen prog calls functions for locks between processes"},
    {"locking functions of its own",
     {{0, "pthread_join", "pthread_mutex_lock"}, {0, mutexes, ""}, nullptr, -1, nullptr},
     "partly",
     "the joins of",
     "not seen prog defines its own locking functions, which come before the preload's: mutexes"},
    {"a library's own do not come first",
     {{0, mutexes, ""}, {0, "", "pthread_mutex_lock"}, nullptr, -1, nullptr},
     "sees",
     "the mutexes of",
     "ok prog"},
    {"static",
     {{JAM_TRAIT(STATIC) | JAM_TRAIT(FUTEX), mutexes, ""}, {}, nullptr, -1, nullptr},
     "blind",
     "see nothing: prog is statically linked",
     "not seen prog is statically linked"},
    {"musl",
     {{JAM_TRAIT(MUSL), mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "blind",
     "see nothing: prog is linked with musl",
     "not seen prog"},
    {"set-user-id",
     {{JAM_TRAIT(SET_ID), mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "blind",
     "remedy: run it as its owner",
     "not seen prog is set-user-id"},
    {"capabilities",
     {{JAM_TRAIT(CAPABLE), mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "blind",
     "file capabilities",
     "not seen prog"},
    {"futexes and mutexes",
     {{JAM_TRAIT(FUTEX), "pthread_mutex_lock syscall", ""}, {}, nullptr, -1, nullptr},
     "partly",
     "not all, because prog waits on futexes itself, past the C library",
     "partly prog waits on futexes"},
    {"futexes alone",
     {{JAM_TRAIT(FUTEX), "syscall", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "blind",
     "function that is seen; prog waits on futexes itself",
     "partly prog waits on futexes"},
    {"futexes through a hooked syscall",
     {{JAM_TRAIT(FUTEX), "pthread_mutex_lock syscall", ""},
      {0, "", ""},
      "pthread_mutex_lock syscall",
      -1,
      nullptr},
     "partly",
     "as custom locks",
     "partly prog waits on futexes itself: the waits are seen"},
    {"Rust",
     {{JAM_TRAIT(RUST) | JAM_TRAIT(FUTEX), "pthread_join syscall", ""}, {}, nullptr, -1, nullptr},
     "partly",
     "see the joins of the program and its libraries; not all, because prog is written in Rust",
     "partly prog is written in Rust"},
    {"Rust that locks through the C library",
     {{JAM_TRAIT(RUST), mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "sees",
     "the mutexes of",
     "ok prog"},
    {"Go with C code",
     {{JAM_TRAIT(GO) | JAM_TRAIT(FUTEX), mutexes, ""}, {0, "", ""}, nullptr, -1, nullptr},
     "partly",
     "prog is a Go program",
     "not seen prog is a Go program"},
    {"the guards of C++ are no reason",
     {{0, mutexes, ""}, {JAM_TRAIT(CXX_RUNTIME), mutexes, ""}, nullptr, -1, nullptr},
     "sees",
     "the mutexes of",
     "guards of static local variables wait on futexes"},
    {"a library that is not found",
     {{0, "", ""}, {JAM_TRAIT(MISSING), "", ""}, nullptr, -1, nullptr},
     "partly",
     "is not known before a run: libx.so.1 was not found",
     "partly libx.so.1"},
    {"a program that cannot be read",
     {{JAM_TRAIT(UNREADABLE), "", ""}, {0, "", ""}, nullptr, -1, nullptr},
     "partly",
     "is not known before a run",
     "partly prog may be executed but not read"},
    {"no preload",
     {{0, mutexes, ""}, {0, "", ""}, "", JAM_CHECK_PRELOAD, nullptr},
     "blind",
     "see nothing: preload: the preload cannot be used (seen)",
     "not seen preload"},
    {"no place for a trace",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, JAM_CHECK_OUTPUT, nullptr},
     "blind",
     "no trace can be written",
     "not seen trace"},
    {"an old C library",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, JAM_CHECK_LIBC, nullptr},
     "blind",
     "glibc 2.35",
     "not seen C library"},
    {"no libunwind",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, JAM_CHECK_UNWINDER, nullptr},
     "partly",
     "one frame deep",
     "partly call stacks"},
    {"a slow clock is no reason",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, JAM_CHECK_CLOCK, nullptr},
     "sees",
     "the mutexes of",
     "ok clock no invariant"},
    {"a script",
     {{0, mutexes, ""}, {0, "", ""}, nullptr, -1, "/bin/prog"},
     "sees",
     "the mutexes of",
     "ok script is a script; what follows is about what runs it: /bin/prog"},
};

TEST(Doctor, JudgesByItsRules)
{
    for (const row &row : rows) {
        jam_shim_findings findings;
        jam_shim_doctor(&row.facts, &findings);
        EXPECT_STREQ(findings.verdict, row.verdict) << row.what << ": " << findings.sentence;
        EXPECT_NE(std::string(findings.sentence).find(row.sentence), std::string::npos)
            << row.what << ": " << findings.sentence;
        EXPECT_NE(std::string(findings.facts).find(row.fact), std::string::npos)
            << row.what << ":\n"
            << findings.facts;
    }
}

TEST(Doctor, AFatalFactIsTheLastOfItsFile)
{
    const jam_shim_case facts = {
        {JAM_TRAIT(STATIC) | JAM_TRAIT(FUTEX) | JAM_TRAIT(ASAN), mutexes, ""},
        {},
        nullptr,
        -1,
        nullptr};
    jam_shim_findings findings;
    jam_shim_doctor(&facts, &findings);
    const std::string text = findings.facts;
    EXPECT_EQ(text.find("prog"), text.rfind("prog")) << text;
}

TEST(Doctor, KnowsWhatFunctionsLock)
{
    EXPECT_STREQ(jam_shim_lock_family("pthread_mutex_clocklock"), "mutexes");
    EXPECT_STREQ(jam_shim_lock_family("mtx_lock"), "mutexes");
    EXPECT_STREQ(jam_shim_lock_family("pthread_rwlock_tryrdlock"), "reader-writer locks");
    EXPECT_STREQ(jam_shim_lock_family("sem_post"), "semaphores");
    EXPECT_STREQ(jam_shim_lock_family("semop"), "locks between processes");
    for (const char *name : {"pthread_mutex_init", "pthread_mutexattr_init", "sem_open", "printf",
                             "pthread_create", "", "pthread_mutex"})
        EXPECT_STREQ(jam_shim_lock_family(name), "") << name;
}

} // namespace
