#!/usr/bin/env python3
"""The annotation header: what it tells under the preload, and that it does nothing without."""
import os

from harness import TOP, equal, main, report, run, test, the_lock
from preload_trace import Dump, recorded, target

ANNOTATE, CXX = target("annotate"), target("annotate_cxx")
ANNOTATED = 1024
HEADER = os.path.join(TOP, "include")

STATIC = """
#include <lockjam/lockjam.h>
int main(void) { static int lock; lockjam_name(&lock, "x"); lockjam_acquired(&lock, 0); return 0; }
"""


def dump_of(program, events="all"):
    recorded(program, events=events)
    return Dump("x.jam")


def named(dump, name):
    return [lock for lock in dump["lock"] if lock["name"] == name]


@test
def without_the_preload_nothing_happens():
    for program in ANNOTATE, CXX:
        result = run(program)
        equal((result.returncode, result.stdout, result.stderr), (0, "", ""))


@test
def programs_without_dynamic_linking_build_and_run():
    with open("x.c", "w", encoding="utf-8") as file:
        file.write(STATIC)
    for flags in (["-static"], ["-static-pie"], ["-no-pie"], ["-fPIE", "-pie"], ["-Wl,-Bsymbolic"],
                  ["-std=c99", "-pedantic"], ["-O0"]):
        built = run("gcc", "-Wall", "-Wextra", "-Werror", f"-I{HEADER}", *flags, "-o", "x", "x.c")
        equal(built.returncode, 0, built.stderr)
        equal(run("./x").returncode, 0, str(flags))
    for flags in (["-no-pie"], ["-fPIE", "-pie"], ["-O0"]):
        run("gcc", f"-I{HEADER}", *flags, "-o", "x", "x.c")
        equal(len(named(dump_of("./x"), "x")), 1, str(flags))
        os.unlink("x.jam")


@test
def names_are_the_best_names():
    dump = dump_of(ANNOTATE)
    equal([lock["kind"] for lock in named(dump, "a mutex with a name")], ["mutex"])
    equal([lock["kind"] for lock in named(dump, "the outer lock")], ["custom"])
    equal(the_lock(report("x.jam"), "the outer lock")["kind"], "custom")


@test
def programs_in_cxx_can_annotate():
    dump = dump_of(CXX)
    equal([lock["kind"] for lock in named(dump, "a mutex of C++")], ["mutex"])
    equal([lock["kind"] for lock in named(dump, "shared.is_taken")], ["custom"])


@test
def home_made_locks_are_held_and_waited_for():
    dump = dump_of(ANNOTATE)
    outer = named(dump, "the outer lock")[0]
    assert outer["flags"] & ANNOTATED and outer["is_dead"]
    equal(dump.stack(outer["created_stack"]), ["lockjam_created", "main"])
    equal(dump.total("acquisitions", lock="the outer lock"), 4)
    equal(dump.total("releases", lock="the outer lock"), 4)
    equal(dump.total("contended", lock="the outer lock"), 1)
    equal(dump.lost(), {})
    equal([dump.stack(blame["blocker_stack"])[:3] for blame in dump["blame"] if blame["lock"] == outer["id"]],
          [["lockjam_acquired", "home_lock", "contend"]])


@test
def how_a_home_made_lock_waits_is_its_own_affair():
    """A mutex is held meanwhile."""
    equal(dump_of(ANNOTATE)["misuse"], [])


@test
def a_wait_that_was_given_up_is_a_timeout():
    dump = dump_of(ANNOTATE)
    equal(dump.total("timeouts", kind="custom", mode="shared"), 1)
    equal(dump.total("acquisitions", kind="custom", mode="shared"), 0)


@test
def orders_of_home_made_locks_carry_their_epoch():
    dump = dump_of(ANNOTATE)
    outer = named(dump, "the outer lock")[0]["id"]
    found = [dependency for dependency in dump["dependency"]
             if str(dependency["held"]).startswith(f"{outer}.")]
    equal(sorted(dependency["epoch"] for dependency in found), [0, 1])
    equal(dump.header["epoch"], 1)


@test
def phases_are_marks_among_the_events():
    phases = [event for event in dump_of(ANNOTATE)["event"] if event["kind"] == "phase"]
    equal([event["text"] for event in phases], ["nesting", "contention"])


@test
def memory_of_a_pool_is_forgotten():
    dump = dump_of(ANNOTATE)
    pools = [lock for lock in dump["lock"] if lock["name"] == "pool[0]"]
    equal([(lock["generation"], lock["is_dead"]) for lock in pools], [(2, 1)])


main()
