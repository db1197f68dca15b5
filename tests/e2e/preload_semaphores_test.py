#!/usr/bin/env python3
"""Semaphores: which are taken for locks, and what is known of them then."""
import os
import shutil
import subprocess

from harness import LOCKJAM, PRELOAD, Skip, equal, main, run, start, test
from preload_trace import Dump, recorded, target

SEMAPHORES = target("semaphores")
LOCKLIKE = 512
OP_SEM_WAIT = 3
PYTHON = "/usr/bin/python3"
NESTED_LOCKS = """
import threading
outer, inner = threading.Lock(), threading.Lock()
for _ in range(100):
    with outer:
        with inner:
            pass
"""


def dump_of(case):
    recorded(SEMAPHORES, case, output=f"{case}.jam")
    dump = Dump(f"{case}.jam")
    equal(dump.lost(), {})
    return dump


def semaphore(dump, name="first"):
    return next(lock for lock in dump["lock"] if lock["name"] == name and lock["kind"] == "sem")


def check_signal(case):
    """A semaphore that is no lock: not held, no hold times."""
    dump = dump_of(case)
    lock = semaphore(dump)
    equal(lock["flags"] & LOCKLIKE, 0, case)
    equal(lock["signalled_generation"], lock["generation"], case)
    dump.check_complete()
    return dump


@test
def a_semaphore_that_is_used_like_a_lock_is_one():
    dump = dump_of("lock")
    for name, value in (("first", 1), ("second", 0)):
        lock = semaphore(dump, name)
        assert lock["flags"] & LOCKLIKE, lock
        equal((lock["value"], lock["signalled_generation"]), (value, 0))
        sites = dump.sites(function="hold", lock=name)
        # What begins with 0 proves to be a lock by its first release.
        equal((sites[0]["acquisitions"], sites[0]["releases"]), (10, 10 if value else 9), name)
    dump.check_complete()
    pairs = {(dump.locks[int(dependency["held"].split(".")[0])]["name"], dump.locks[dependency["lock"]]["name"])
             for dependency in dump["dependency"]}
    equal(pairs, {("first", "second")})


@test
def counting_semaphores_are_no_locks():
    dump = check_signal("counting")
    equal(semaphore(dump)["value"], 2)
    check_signal("posted_twice")


@test
def a_semaphore_that_is_waited_for_first_is_a_signal():
    check_signal("event")


@test
def one_post_and_one_wait_are_an_event():
    dump = dump_of("once")
    equal(semaphore(dump)["flags"] & LOCKLIKE, 0)
    dump.check_complete()


@test
def a_post_by_another_thread_proves_a_signal_for_good():
    dump = check_signal("signal")
    # When it was waited for again, under the other one, nobody had it.
    wanted = [dependency for dependency in dump["dependency"] if dump.locks[dependency["lock"]]["name"] == "first"]
    equal([dump.locks[int(dependency["held"].split(".")[0])]["name"] for dependency in wanted], ["second"])


def semaphore_is_waited_for(path):
    """Whether the trace is there and says so."""
    if not os.path.exists(path) or run(LOCKJAM, "dump", path).returncode != 0:
        return False
    return any(word["operation"] == OP_SEM_WAIT for word in Dump(path)["waiting"])


@test
def who_waits_for_a_locklike_semaphore_waits_for_its_holder():
    environment = {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}
    process = start(SEMAPHORES, "contended", env=environment, stdin=subprocess.PIPE)
    while not semaphore_is_waited_for("x.jam"):
        assert process.poll() is None
    process.communicate("x")
    equal(process.returncode, 0)
    dump = Dump("x.jam")
    blamed = [(dump.stack(blame["waiter_stack"]), dump.stack(blame["blocker_stack"]), blame["last_blocker"])
              for blame in dump["blame"] if dump.locks[blame["lock"]]["name"] == "first"]
    equal(blamed, [(["hold", "hold_and_release"], ["hold", "case_contended", "run_case", "main"], 1)])
    equal(semaphore(dump)["owner_changes"], 1)
    dump.check_complete()


@test
def a_semaphore_that_is_taken_twice_waits_for_a_signal():
    dump = check_signal("twice")
    equal((semaphore(dump)["unit_thread"], dump["misuse"]), (1, []))


@test
def a_named_semaphore_is_known_by_its_first_value():
    dump = dump_of("named")
    locks = [lock for lock in dump["lock"] if lock["kind"] == "sem"]
    if not locks:
        raise Skip("no named semaphores here")
    equal([(lock["value"], lock["flags"] & LOCKLIKE) for lock in locks], [(1, LOCKLIKE)])


@test
def all_ways_to_wait_hold():
    dump = dump_of("ways")
    dump.check_complete()
    equal((dump.total("acquisitions", kind="sem"), dump.total("releases", kind="sem"),
           dump.total("timeouts", kind="sem")), (2, 2, 1))


@test
def what_is_gone_is_not_held():
    dump = dump_of("one_shot")
    equal((dump["held"], dump["dependency"]), ([], []))
    assert dump.total("acquisitions", kind="sem") == 100


@test
def locks_of_cpython_are_locks():
    if not shutil.which(PYTHON):
        raise Skip("no python3")
    recorded(PYTHON, "-c", NESTED_LOCKS, output="python.jam")
    dump = Dump("python.jam")
    nested = [site for site in dump["site"] if dump.locks[site["lock"]]["kind"] == "sem" and site["releases"] == 100]
    if not nested:
        raise Skip("this python3 makes its locks without semaphores")
    equal(len(nested), 2)
    locks = {site["lock"] for site in nested}
    pairs = {(int(dependency["held"].split(",")[-1].split(".")[0]), dependency["lock"])
             for dependency in dump["dependency"]}
    assert any({held, wanted} == locks for held, wanted in pairs), pairs


main()
