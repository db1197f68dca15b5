"""The public test programs that `run` compares: where they come from and how each is built.

Sources are those of Debian's packages, fetched by apt-get into the build folder; nothing of them is
ours or kept here. A suite is built without its own build system: what its programs need beyond the
C library is small (stand_in/ holds headers that would come from a configured tree).
"""
import dataclasses
import glob
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
STAND_IN = os.path.join(HERE, "stand_in")

# What no run may do to the machine that others use.
HARMFUL = re.compile(r"\b(clock_settime|settimeofday|stime|adjtimex?|reboot)\s*\(")


@dataclasses.dataclass
class Program:
    """One test program. `main` is its source; `after` are libraries and objects to link."""
    suite: str
    name: str
    main: str
    compiler: list
    after: list = dataclasses.field(default_factory=list)
    arguments: list = dataclasses.field(default_factory=list)
    is_library: bool = False


@dataclasses.dataclass
class Suite:
    """`archive` is the file of the source package that holds `parts`; `inner` an archive in it."""
    name: str
    package: str
    archive: str
    inner: str
    parts: tuple
    prepare: object  # (folder of the sources, folder of the build) -> None
    helpers: object  # the same -> list of Program, what programs link as build/libhelpers.a
    programs: object  # the same -> list of Program
    left_out: dict  # name of a program -> why it is not compared


def below(folder, *patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(folder, pattern)))


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


# --- the Open POSIX test suite ---------------------------------------------------------------------
# Programs are called NUMBER-NUMBER.c, in a folder named after the function that they are about.

OPEN_POSIX_ABOUT = ("pthread_*", "sem_*", "fork", "sig*", "raise", "aio_*", "lio_listio", "mq_*", "timer_*",
                    "nanosleep", "clock_nanosleep", "sched_*", "shm_*")
OPEN_POSIX_FLAGS = ["-std=gnu99", "-O2", "-w", "-D_GNU_SOURCE", "-include", "signal.h", "-include", "fcntl.h",
                    "-include", "sys/stat.h", "-include", "sys/resource.h"]


def open_posix_programs(source, _build):
    found = below(source, *(f"conformance/interfaces/{name}/[0-9]*-[0-9]*.c" for name in OPEN_POSIX_ABOUT),
                  "functional/semaphores/*.c", "functional/threads/condvar/*.c", "functional/threads/schedule/*.c",
                  "functional/threads/pi_test/*.c", "functional/threads/robust_test/*.c")
    flags = [*OPEN_POSIX_FLAGS, "-I", f"{source}/include", "-I", f"{source}/functional/threads/include"]
    return [Program("open-posix", os.path.relpath(path, source).removeprefix("conformance/interfaces/")[:-2], path,
                    ["cc", *flags], ["-pthread", "-lrt", "-lm"])
            for path in found if "buildonly" not in path and "testfrmw" not in path]


# --- the C library's own ---------------------------------------------------------------------------
# They include headers of its tree by paths from its top, which links in one folder provide, so that
# its other headers do not get in the way of the installed ones.

GLIBC_LINKS = ("support", "sysdeps", "nptl", "posix", "malloc", "stdlib", "rt", "signal", "test-skeleton.c",
               "include/array_length.h", "include/intprops.h", "include/list.h", "include/list_t.h",
               "include/libc-diag.h", "include/file_change_detection.h", "include/libc-pointer-arith.h",
               "sysdeps/generic/tst-stack-align.h",
               "sysdeps/unix/sysv/linux/tst-skeleton-thread-affinity.c", "sysdeps/unix/sysv/linux/tst-skeleton-affinity.c")
GLIBC_TESTS = ("nptl/tst-*.c", "nptl/tst-*.cc", "sysdeps/pthread/tst-*.c", "rt/tst-*.c", "posix/tst-*fork*.c",
               "posix/tst-*spawn*.c", "posix/tst-exec*.c", "posix/tst-wait*.c", "stdlib/tst-*exit*.c",
               "stdlib/tst-*context*.c", "stdlib/tst-thread*.c", "stdlib/tst-system.c", "malloc/tst-*.c",
               "signal/tst-*.c")
GLIBC_FLAGS = ["-O2", "-w", "-D_GNU_SOURCE", "-D_ISOMAC", "-DMODULE_NAME=testsuite", "-DTIMEOUTFACTOR=1",
               "-Dattribute_hidden=", "-DSRCDIR_PATH=\".\"", "-DOBJDIR_PATH=\".\"", "-DOBJDIR_ELF_LDSO_PATH=\".\"",
               "-DSYSCONFDIR_PATH=\".\"", "-DLIBDIR_PATH=\".\"", "-DBINDIR_PATH=\".\"", "-DSBINDIR_PATH=\".\"", "-DSLIBDIR_PATH=\".\"",
               "-DROOTSBINDIR_PATH=\".\"", "-DINSTDIR_PATH=\".\"", "-DCOMPLOCALEDIR_PATH=\".\"",
               "-include", "limits.h", "-include", "sys/socket.h"]
GLIBC_ARGUMENTS = {"tst-cancel7": ["--command", "exec {program}"], "tst-cancelx7": ["--command", "exec {program}"],
                   "tst-exec4": ["{program}"], "tst-umask1": ["tst-umask1.temp"]}
GLIBC_MODULE = re.compile(r"mod\w*(-\w+)?\.c$")


def glibc_flags(source, build):
    return [*GLIBC_FLAGS, "-I", STAND_IN, "-I", f"{build}/links", "-I", f"{source}/support", "-I", f"{source}/nptl",
            "-I", f"{source}/sysdeps/pthread", "-I", f"{source}/malloc"]


def glibc_prepare(source, build):
    os.makedirs(f"{build}/links", exist_ok=True)
    for name in GLIBC_LINKS:
        link = f"{build}/links/{os.path.basename(name)}"
        if not os.path.lexists(link):
            os.symlink(f"{source}/{name}", link)


def glibc_helpers(source, build):
    """The helper functions that most programs call, as objects of one archive."""
    return [Program("glibc", os.path.basename(path)[:-2], path, ["cc", *glibc_flags(source, build)])
            for path in below(source, "support/*.c")]


def glibc_own_flags(source):
    """What the makefiles add for single programs: exceptions or not."""
    rules = "".join(read(path) for path in below(source, "nptl/Makefile", "sysdeps/pthread/Makefile"))
    return {name: re.findall(r"(?<!\S)-f[\w-]+", flags)
            for name, flags in re.findall(r"^CFLAGS-(tst-[\w-]+)\.c \+= (.*)$", rules, re.M)}


def glibc_programs(source, build):
    own, found = glibc_own_flags(source), below(source, *GLIBC_TESTS)
    modules = {path for path in found if GLIBC_MODULE.search(path)}
    programs = []
    for path in sorted(found, key=lambda path: (path not in modules, path)):
        name = os.path.basename(path).rsplit(".", 1)[0]
        if name.endswith(("-static", "-common", "aux")):
            continue
        is_cpp = path.endswith(".cc")
        compiler = ["c++" if is_cpp else "cc", f"-std=gnu{'++17' if is_cpp else '11'}", *glibc_flags(source, build)]
        after = [f"{build}/libhelpers.a", "-pthread", "-lrt", "-lm", "-ldl"]
        if path not in modules:
            text = read(path)
            after = ["-rdynamic", f"-Wl,-rpath,{build}/bin", *after]
            after[:0] = [f"{build}/bin/{name}mod.so"] if f"{name}mod.so" not in text and os.path.exists(
                path.replace(".c", "mod.c")) else []
            after[:0] = below(source, f"nptl/{name}aux.c")
        programs.append(Program("glibc", name, path, [*compiler, *own.get(name, [])], after,
                                GLIBC_ARGUMENTS.get(name, []), path in modules))
    return programs


# --- libstdc++'s threads ---------------------------------------------------------------------------

LIBSTDCXX_FLAGS = ["-O2", "-w", "-pthread"]


def libstdcxx_programs(source, _build):
    tests = f"{source}/libstdc++-v3/testsuite"
    programs = []
    for path in below(tests, "30_threads/**/*.cc", "30_threads/*/*.cc", "30_threads/*/*/*.cc",
                      "29_atomics/*/wait_notify*.cc", "18_support/*exit*/*.cc", "tr1/2_general_utilities/shared_ptr/thread/*.cc",
                      "20_util/shared_ptr/thread/*.cc", "ext/rope/pthread*.cc", "21_strings/basic_string/pthread*.cc",
                      "23_containers/*/pthread*.cc", "27_io/*/pthread*.cc", "17_intro/static.cc"):
        text = read(path)
        if "dg-do run" not in text and "main" not in text or "dg-error" in text or "dg-do compile" in text:
            continue
        asked = re.search(r"dg-options \"([^\"]*)\"", text)
        standard = re.findall(r"-std=\S+|-static", asked.group(1) if asked else "") or ["-std=gnu++20"]
        programs.append(Program("libstdc++", os.path.relpath(path, tests)[:-3], path,
                                ["c++", *LIBSTDCXX_FLAGS, *standard, "-I", f"{tests}/util"]))
    return list({program.name: program for program in programs}.values())


def nothing(_source, _build):
    return []


GLIBC_LEFT_OUT = {
    **{f"tst-interpose-{rest}": "needs a malloc of its own, which is not linked here"
       for rest in ("skeleton", "thread", "nothread", "static-thread", "static-nothread")},
    "tst-backtrace1": "prints its own call stack, in which our trampoline is a frame (docs/limits.md)",
}

SUITES = (
    Suite("open-posix", "posixtestsuite", "posixtestsuite_*.orig.tar.*", "", ("posixtestsuite",), nothing, nothing,
          open_posix_programs, {}),
    Suite("glibc", "glibc", "glibc_*.orig.tar.*", "", ("glibc-*",), glibc_prepare, glibc_helpers,
          glibc_programs, GLIBC_LEFT_OUT),
    Suite("libstdc++", "gcc-12", "gcc-12_*.orig.tar.*", "gcc-*-dfsg.tar.*", ("gcc-*/libstdc++-v3/testsuite",),
          nothing, nothing, libstdcxx_programs, {}),
)
