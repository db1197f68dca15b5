#!/usr/bin/env python3
"""Waits of each family: what a thread waits for, who holds it, and who is blamed in the end."""
import os
import subprocess

from harness import LOCKJAM, PRELOAD, equal, main, report, run, start, test
from preload_trace import Dump, target

WAITS = target("waits")
OP_LOCK, OP_COND, OP_JOIN, OP_BARRIER, OP_ONCE = 1, 2, 4, 5, 6
# Who waits: the operation and the kind that the trace tells.
WAITING = {
    "wait_spin": (OP_LOCK, "spin"), "wait_barrier": (OP_BARRIER, "barrier"), "wait_once": (OP_ONCE, "once"),
    "wait_call_once": (OP_ONCE, "once"), "wait_mtx": (OP_LOCK, "mutex"), "wait_cnd": (OP_COND, "cond"),
    "wait_stream": (OP_LOCK, "mutex"), "wait_thrd": (OP_JOIN, "thread"),
}
HELD = {"block_spin": "spin", "block_mtx": "mutex", "block_stream": "mutex", "block_once": "once",
        "block_call_once": "once"}
NAMES = {"wait_spin": "spin", "wait_barrier": "barrier", "wait_once": "control", "wait_call_once": "flag",
         "wait_mtx": "mutex", "wait_cnd": "cond", "wait_stream": "_IO_2_1_stderr_"}


def waiting(dump):
    """function: (operation, kind of lock) of each thread that waits, as far as WAITING names it."""
    return {dump.caller(word["stack"]): (word["operation"], dump.locks[word["lock"]]["kind"])
            for word in dump["waiting"] if word["operation"] and dump.caller(word["stack"]) in WAITING}


def all_waiting():
    """The program when each thread waits where it must, and the dump that says so."""
    environment = {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}
    process = start(WAITS, env=environment, stdin=subprocess.PIPE)
    while process.poll() is None:
        dump = Dump("x.jam") if os.path.exists("x.jam") and readable("x.jam") else None
        if dump and waiting(dump) == WAITING:
            return process, dump
    raise AssertionError(f"the program ended with {process.returncode}")


def readable(path):
    return run(LOCKJAM, "dump", path).returncode == 0


@test
def who_waits_for_what_and_who_holds_it():
    process, dump = all_waiting()
    held = {dump.caller(held["stack"]): dump.locks[held["lock"]]["kind"] for held in dump["held"]}
    equal(held, HELD)
    process.kill()
    process.wait()
    equal(waiting(Dump("x.jam")), WAITING)


@test
def who_made_whom_wait():
    process, _ = all_waiting()
    process.communicate("x")
    equal(process.returncode, 0)
    dump = Dump("x.jam")
    equal(dump.lost(), {})
    equal([lane for lane in dump["lane"] if lane["held_count"]], [])
    blamed = {}
    for blame in dump["blame"]:
        blamed.setdefault(dump.caller(blame["waiter_stack"]), set()).add(dump.caller(blame["blocker_stack"]))
    for function in WAITING:
        if function != "wait_thrd":
            equal(blamed.get(function), {function.replace("wait_", "block_")}, function)


@test
def holds_that_kept_others_waiting_are_counted_apart():
    process, _ = all_waiting()
    process.communicate("x")
    equal(process.returncode, 0)
    dump = Dump("x.jam")
    for function in ("block_spin", "block_mtx", "block_stream"):
        equal(dump.total("holds_contended", function=function), 1, function)
        equal(dump.total("hold_contended", function=function), dump.total("hold", function=function), function)
    for function in ("wait_spin", "wait_mtx", "wait_stream"):
        equal(dump.total("holds_contended", function=function), 0, function)
        equal(dump.total("hold_contended", function=function), 0, function)


@test
def locks_are_named_by_their_variables():
    process, _ = all_waiting()
    process.communicate("x")
    names = {lock["name"]: lock["kind"] for lock in report("x.jam")["locks"]}
    for function, name in NAMES.items():
        equal(names.get(name), WAITING[function][1], name)


@test
def events_of_threads_that_share_a_lane_are_told_apart():
    result = run(target("lane_turns"), 5,
                 env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam", "LOCKJAM_EVENTS": "all"})
    equal(result.returncode, 0, result.stderr)
    dump = Dump("x.jam")
    mutex = next(number for number, lock in dump.locks.items() if lock["kind"] == "mutex")
    workers = [thread["id"] for thread in dump["thread"] if thread["parent"]]
    takers = [event["thread"] for event in dump["event"]
              if event["kind"] == "acquire" and event["lock"] == mutex and event["thread"] in workers]
    equal(sorted(takers), sorted(workers))
    assert len({event["lane"] for event in dump["event"]}) < len(workers), "lanes were not shared"


main()
