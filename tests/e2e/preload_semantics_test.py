#!/usr/bin/env python3
"""The target cannot tell: what functions answer is the same with and without the preload."""
import os

from harness import equal, main, run, test
from preload_trace import Dump, recorded, target

LOCKS, THREADS = target("semantics"), target("semantics_threads")
LINES_MIN = {LOCKS: 640, THREADS: 70, target("semantics_rest"): 50, target("semantics_c11"): 100}


def native(program):
    result = run(program)
    equal(result.returncode, 0)
    return result.stdout.splitlines()


def differences(expected, actual):
    """The lines that differ, each with the heading that it stands under."""
    heading, found = "", []
    for number, (left, right) in enumerate(zip(expected, actual)):
        heading = heading if left.startswith(" ") else left
        if left != right:
            found.append(f"{number + 1}: {heading}: {left.strip()} became {right.strip()}")
    return found


def same_answers(program, mode):
    expected = native(program)
    assert len(expected) > LINES_MIN[program], len(expected)
    actual = recorded(program, events=mode, output=f"{os.path.basename(program)}.jam").stdout.splitlines()
    found = differences(expected, actual)
    assert not found, "\n".join(found)
    equal(len(actual), len(expected))
    return Dump(f"{os.path.basename(program)}.jam")


@test
def same_answers_without_events():
    for program in LINES_MIN:
        same_answers(program, "off")


@test
def same_answers_with_blocking_events():
    for program in LINES_MIN:
        equal(same_answers(program, "blocking").lost(), {})


@test
def same_answers_with_all_events():
    for program in LINES_MIN:
        same_answers(program, "all")


@test
def who_waits_no_longer_is_not_waiting():
    for program in LINES_MIN:
        dump = same_answers(program, "blocking")
        equal({lock["waiters"] for lock in dump["lock"]}, {0})
        equal({waiting["operation"] for waiting in dump["waiting"]}, {0})


@test
def owners_that_died_held_a_lock_at_their_end():
    dump = same_answers(LOCKS, "blocking")
    dead_owners = dump.total("acquisitions", function="mutex_die_holding")
    assert dead_owners > 0
    equal(sum(thread["exit_held"] for thread in dump["thread"]), dead_owners)


@test
def who_left_by_pthread_exit_held_nothing():
    # Its cleanup handler has unlocked the mutex that it held when it called pthread_exit.
    dump = same_answers(THREADS, "blocking")
    assert dump.total("acquisitions", function="exit_deep_inside") == 1
    equal({thread["exit_held"] for thread in dump["thread"]}, {0})


main()
