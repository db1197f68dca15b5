#!/usr/bin/env python3
"""Dependencies: whatever is waited for under locks, when, and whether others could reach the locks."""
import os

from harness import LOCKJAM, PRELOAD, equal, main, run, start, test
from preload_trace import Dump, recorded, target

DEPENDS = target("depends")
TIMED, REACQUIRED, TRY, UNPUBLISHED = 1, 2, 4, 8
HELD_UNPUBLISHED = 16
THREAD_ENDED = 8


def dump_of(case):
    recorded(DEPENDS, case, output=f"{case}.jam")
    dump = Dump(f"{case}.jam")
    equal(dump.lost(), {})
    for dependency in dump["dependency"]:
        assert 0 < dependency["first_ns"] <= dependency["last_ns"], dependency
        equal(dependency["epoch"], 0)
    return dump


def held(dump, dependency):
    """(name of the lock, flags) of what was held, oldest first."""
    entries = [entry.split(":") for entry in str(dependency["held"]).split(",")]
    return [(dump.locks[int(entry[0].split(".")[0])]["name"], int(entry[3])) for entry in entries]


def wanted(dump, function, kind):
    return [dependency for dependency in dump["dependency"]
            if dump.caller(dependency["stack"]) == function and dump.locks[dependency["lock"]]["kind"] == kind]


def check_wanted(case, function, kind, names=("outer",)):
    """Each case wants one thing once, while it holds `names`. Returns dump and dependency."""
    dump = dump_of(case)
    found = wanted(dump, function, kind)
    equal(len(found), 1, dump["dependency"])
    equal([name for name, _ in held(dump, found[0])], list(names))
    return dump, found[0]


@test
def a_join_under_a_lock_wants_the_thread():
    dump, dependency = check_wanted("join", "want_join", "thread")
    joined = next(thread for thread in dump["thread"] if thread["id"] == dependency["partner"])
    assert joined["flags"] & THREAD_ENDED and joined["joiner"] == 1, joined
    # Of the segment before the join: what the thread did is not ordered before it yet.
    equal(str(dependency["threads"]).split(",")[0], f"1.{joined['joiner_segment'] - 1}")


@test
def a_condition_wait_under_another_lock_wants_the_condition_and_the_mutex():
    dump, dependency = check_wanted("cond", "want_cond", "cond")
    equal(dump.locks[dependency["partner"]]["name"], "inner")
    equal(dependency["flags"] & TIMED, TIMED)
    mutex = wanted(dump, "want_cond", "mutex")
    equal([item["flags"] & (TIMED | REACQUIRED) for item in mutex], [REACQUIRED])
    equal([name for name, _ in held(dump, mutex[0])], ["outer"])


@test
def waits_for_a_semaphore_and_a_barrier_are_dependencies():
    check_wanted("sem", "want_sem", "sem")
    check_wanted("barrier", "want_barrier", "barrier")


@test
def a_once_is_wanted_and_held_while_it_runs():
    dump, _ = check_wanted("once", "want_once", "once")
    inside = wanted(dump, "want_inner", "mutex")
    equal([name for name, _ in held(dump, inside[0])], ["outer", "control"])
    dump.check_complete()


@test
def a_cancelled_once_is_not_held_any_more():
    dump = dump_of("once_cancelled")
    dump.check_complete()
    equal(len(wanted(dump, "want_inner", "mutex")), 2)


@test
def a_lock_is_unpublished_until_another_thread_uses_it():
    dump = dump_of("publish")
    states = [(dependency["flags"] & UNPUBLISHED, held(dump, dependency)[0][1] & HELD_UNPUBLISHED)
              for dependency in wanted(dump, "want_inner", "mutex") if dependency["lane"] == 1]
    equal(set(states), {(UNPUBLISHED, HELD_UNPUBLISHED), (0, 0)})
    shared = {lock["name"]: (lock["first_thread"], lock["shared_ns"] > 0) for lock in dump["lock"]}
    equal(shared["inner"], (1, True))


@test
def a_thread_in_a_used_lane_is_another_thread():
    dump = dump_of("publish_lane")
    flags = [dependency["flags"] & UNPUBLISHED for dependency in wanted(dump, "want_inner", "mutex")]
    equal(sorted(flags), [0, UNPUBLISHED])


@test
def the_first_deadlock_leaves_everything_behind():
    process = start(DEPENDS, "deadlock", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"})
    blocked = set()
    while blocked != {"want_inner", "hold_inner_want_outer"}:
        assert process.poll() is None
        if not os.path.exists("x.jam") or run(LOCKJAM, "dump", "x.jam").returncode != 0:
            continue
        dump = Dump("x.jam")
        blocked = {dump.caller(word["stack"]) for word in dump["waiting"] if word["operation"] == 1}
    process.kill()
    process.wait()
    dump = Dump("x.jam")
    pairs = {(held(dump, dependency)[0][0], dump.locks[dependency["lock"]]["name"])
             for dependency in dump["dependency"] if dump.locks[dependency["lock"]]["kind"] == "mutex"}
    equal(pairs, {("outer", "inner"), ("inner", "outer")})
    equal(sorted(dump.locks[entry["lock"]]["name"] for entry in dump["held"]), ["inner", "outer"])


main()
