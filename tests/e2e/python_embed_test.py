#!/usr/bin/env python3
"""An interpreter inside another program shows what it shows as python3: frames, locks and their names.

Runs with each shared libpython of the interpreters in pythons.py, and with Debian's.
"""
import glob
import os
import shutil
import subprocess

from harness import TOP, Skip, equal, main, record, report, test
from pythons import interpreters

SOURCES = os.path.join(TOP, "tests", "python")
POOL = os.path.join(TOP, "samples", "pool.py")
ROUNDS, WORKERS = 50, 3
CODE = f"import runpy, sys; sys.argv = ['pool.py', '{ROUNDS}']; runpy.run_path({POOL!r})"
CANNOT_LOAD = 77


def libraries():
    """Shared libraries, each with the folder that its interpreter calls home (None: finds it itself)."""
    code = ("import sys, sysconfig as s; "
            "print(sys.prefix, s.get_config_var('LIBDIR'), s.get_config_var('INSTSONAME'), sep='\\n')")
    found = {}
    for path in interpreters():
        home, folder, name = subprocess.check_output([path, "-c", code], text=True).split("\n")[:3]
        found[os.path.join(folder, name)] = home
    for path in glob.glob("/usr/lib/*/libpython3.*.so.1.0"):
        found[path] = None
    return {path: home for path, home in found.items() if ".so" in path and os.path.exists(path)}


def build(name, *flags):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("no C compiler")
    source = os.path.join(SOURCES, f"{name}.c")
    subprocess.check_call([compiler, "-o", name, source, "-pthread", "-ldl", *flags])


def runs(library, home, argument):
    """Whether this library can be loaded here: it may be made for another C library."""
    result = record("./embed", argument, CODE, options=["-q", "-o", "x.jam"],
                    env={"PYTHONHOME": home} if home else {})
    if result.returncode == CANNOT_LOAD:
        return False
    equal(result.returncode, 0, f"{library}: {result.stderr}")
    equal(result.stdout.split(), [str(ROUNDS * WORKERS)], library)
    return True


def check_pool(library):
    locks = {lock["name"]: lock for lock in report("x.jam")["locks"]}
    for name, kind in (("Pool.lock", "python-lock"), ("Pool.owner", "python-rlock"),
                       ("table_lock", "python-lock")):
        assert name in locks, f"{library}: {name} of {sorted(locks)}"
        equal((locks[name]["kind"], locks[name]["acquisitions"]), (kind, ROUNDS * WORKERS),
              f"{library}: {name}")
    for site in locks["Pool.lock"]["sites"]:
        python = [frame for frame in site["stack"] if frame["language"] == "python"]
        equal(python[0]["function"].split(".")[-1], "get", library)
        equal(python[0]["file"], POOL, library)


def each(prepare):
    """Calls prepare(library), which builds and returns the program's argument."""
    tried = 0
    for library, home in libraries().items():
        if runs(library, home, prepare(library)):
            check_pool(library)
            tried += 1
        if os.path.exists("x.jam"):
            os.remove("x.jam")
    if not tried:
        raise Skip("no shared libpython here that a program can load")


@test
def loaded_late():
    build("embed")
    each(lambda library: library)


@test
def linked():
    def prepare(library):
        folder, name = os.path.split(library)
        build("embed", "-Wl,--no-as-needed", f"-L{folder}", f"-l:{name}", f"-Wl,-rpath,{folder}",
              "-Wl,--unresolved-symbols=ignore-in-shared-libs")
        return "linked"
    each(prepare)


@test
def a_version_that_is_not_known():
    """Native stacks alone, said once. So it is with builds without a GIL."""
    build("unknown", "-rdynamic")
    for version in ("3.99.1 (main)", "3.14.0 free-threading build (main)", "4.0.0"):
        result = record("./unknown", version, options=["-q", "-o", "x.jam"])
        equal((result.returncode, result.stdout), (0, "done\n"), version)
        equal(result.stderr.count(f"unknown Python {version}"), 1, result.stderr)
        mutex = next(lock for lock in report("x.jam")["locks"] if lock["kind"] == "mutex")
        equal(mutex["acquisitions"], 3)
        os.remove("x.jam")


@test
def a_known_version_of_another_shape():
    """Its own description of its structures is not there: nothing is read."""
    build("unknown", "-rdynamic")
    result = record("./unknown", "3.14.1 (main)", options=["-q", "-o", "x.jam"])
    equal((result.returncode, result.stdout), (0, "done\n"))
    equal(result.stderr.count("unknown Python 3.14.1"), 1, result.stderr)


main()
