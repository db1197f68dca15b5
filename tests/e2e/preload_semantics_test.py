#!/usr/bin/env python3
"""The target cannot tell: what functions answer is the same with and without the preload."""
from harness import equal, main, run, test
from preload_trace import Dump, recorded, target

SEMANTICS = target("semantics")
SCENARIO_LINES_MIN = 700


def native():
    result = run(SEMANTICS)
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


def same_answers(mode):
    expected = native()
    assert len(expected) > SCENARIO_LINES_MIN
    actual = recorded(SEMANTICS, events=mode).stdout.splitlines()
    found = differences(expected, actual)
    assert not found, "\n".join(found)
    equal(len(actual), len(expected))
    return Dump("x.jam")


@test
def same_answers_without_events():
    same_answers("off")


@test
def same_answers_with_blocking_events():
    dump = same_answers("blocking")
    equal(dump.lost(), {})


@test
def same_answers_with_all_events():
    same_answers("all")


@test
def who_waits_no_longer_is_not_waiting():
    dump = same_answers("blocking")
    equal({lock["waiters"] for lock in dump["lock"]}, {0})
    equal({waiting["operation"] for waiting in dump["waiting"]}, {0})


@test
def who_left_by_pthread_exit_held_nothing():
    # Its cleanup handler has unlocked the mutex that it held when it called pthread_exit.
    dump = same_answers("blocking")
    dead_owners = dump.total("acquisitions", function="mutex_die_holding")
    assert dead_owners > 0
    equal(sum(thread["exit_held"] for thread in dump["thread"]), dead_owners)


main()
