#!/usr/bin/env python3
"""The helpers of the build: they must catch what they are there to catch."""
import os

from harness import TOP, Skip, contains, equal, main, run, test

NOBODY = "65534"


def script(name, *arguments, **options):
    return run(os.path.join(TOP, "scripts", name), *arguments, **options)


@test
def help_names_every_target():
    text = run("make", "-s", "-C", TOP, "help").stdout
    for name in ("all", "deps", "demo", "test", "check", "bench", "install", "clean", "SAN=", "DEBUG=1"):
        contains(text, name)


@test
def size_limits_hold():
    with open("long.c", "w", encoding="utf-8") as file:
        file.write("int long_one(void)\n{\n" + "    f();\n" * 61 + "}\n")
    result = script("check-size", "long.c")
    equal(result.returncode, 1)
    contains(result.stdout, "long_one: 61 lines")
    equal(script("check-size", "--test").returncode, 0)


@test
def layers_hold():
    os.makedirs("analyzer/core")
    os.makedirs("preload")
    equal(script("check-layers").returncode, 0)
    for path, line in (("analyzer/core/replay.c", "#include <time.h>\n"),
                       ("analyzer/main.c", '#include "../preload/real.h"\n'),
                       ("preload/hook_mutex.c", '#include "session.h"\n'),
                       ("preload/real.c", '#include "../analyzer/cmd.h"\n')):
        for needed in (path, "preload/session.h"):
            with open(needed, "w", encoding="utf-8") as file:
                file.write(line if needed == path else "")
        result = script("check-layers")
        equal(result.returncode, 1, path)
        contains(result.stdout, path)
        os.remove(path)


@test
def exports_are_compared_both_ways():
    with open("table.h", "w", encoding="utf-8") as file:
        file.write("    JAM_HOOK(int, pthread_join, (pthread_t thread), (thread), NULL) \\\n"
                   "    JAM_HOOK(int, missing, (void), (), NULL)\n")
    with open("library.c", "w", encoding="utf-8") as file:
        file.write("int pthread_join(void) { return 0; }\nint extra(void) { return 0; }\n")
    equal(run("gcc", "-w", "-shared", "-fPIC", "-o", "library.so", "library.c").returncode, 0)
    with open("hooks.md", "w", encoding="utf-8") as file:
        file.write("| `pthread_join` | a line for one of the rows |\n")
    result = script("check-exports", "library.so", "table.h", "hooks.md")
    equal(result.returncode, 1)
    contains(result.stdout, "missing: 1 in the table, 0 in hooks.md")
    contains(result.stdout, "extra: exported, but not in")
    contains(result.stdout, "missing: in table.h, but not exported")
    assert "pthread_join" not in result.stdout


@test
def missing_packages_without_root_are_one_line_and_status_4():
    if os.geteuid() != 0:
        raise Skip("only root can become somebody who has no sudo")
    if run("su", "nobody", "-s", "/bin/sh", "-c", "sudo -n true").returncode == 0:
        raise Skip("nobody may use sudo here")
    os.chmod(".", 0o755)
    with open(os.path.join(TOP, "scripts", "install-packages"), encoding="utf-8") as file:
        text = file.read()
    result = run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                 "sh", "-c", text, "install-packages", "make", "lockjam-no-such-package")
    equal(result.returncode, 4)
    commands = [line for line in result.stderr.splitlines() if line.startswith("    ")]
    equal(len(commands), 1)
    contains(commands[0], "apt-get install -y --no-install-recommends lockjam-no-such-package")


@test
def packages_that_are_optional_are_missed_without_failing():
    result = script("install-packages", "--optional", "make", "lockjam-no-such-package")
    equal(result.returncode, 0)
    contains(result.stderr, "lockjam-no-such-package")


@test
def present_packages_are_a_quiet_no_op():
    result = script("install-packages", "make", "gcc")
    equal((result.returncode, result.stdout, result.stderr), (0, "", ""))


main()
