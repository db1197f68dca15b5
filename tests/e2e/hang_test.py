#!/usr/bin/env python3
"""Hangs that happen: noticed while they do, told by `hang` and `check`, and none where there is none.

The samples come in pairs. A guilty one is ended by --on-deadlock=abort as soon as it is noticed; the
time limits are nets for the case that it is not.
"""
import json
import os
import select
import signal
import subprocess

from harness import (clean_environment, contains, equal, main, run, sample, start, test,
                     LIMIT_SECONDS, LOCKJAM)

HANGS = {"deadlock", "self-deadlock", "rwlock-upgrade", "orphaned-lock", "lost-wakeup",
         "stuck-wait", "livelock"}


def recorded(*words, options=("--on-deadlock=abort",)):
    return run(LOCKJAM, "record", "-q", "--timeout=40", "-o", "x.jam", *options, "--",
               sample(words[0]), *words[1:])


def hang(subject):
    result = run(LOCKJAM, "hang", "--format=json", subject)
    assert result.returncode in (0, 66), result.stderr
    document = json.loads(result.stdout)
    equal(document["is_hang"], result.returncode == 66)
    return document


def checked(path):
    result = run(LOCKJAM, "check", "--format=json", path)
    return json.loads(result.stdout)


def happened(document):
    return [finding for finding in document["findings"]
            if finding["kind"] in HANGS and finding["grade"] == "confirmed"]


def innermost(stack):
    return stack[0]["function"] if stack else None


def guilty(kind, *words):
    """The one finding that the run and its trace agree on."""
    result = recorded(*words)
    equal(result.returncode, 128 + signal.SIGABRT, result.stderr)
    contains(result.stderr, "lockjam: the program hangs")
    contains(result.stderr, f"1. {kind}: error, confirmed")
    document = hang("x.jam")
    equal([finding["kind"] for finding in document["findings"]], [kind])
    assert kind in {finding["kind"] for finding in checked("x.jam")["findings"]}
    return document["findings"][0]


def innocent(*words):
    result = recorded(*words)
    equal(result.returncode, 0, result.stderr)
    equal(result.stderr, "")
    document = hang("x.jam")
    equal(document["findings"], [])
    equal(happened(checked("x.jam")), [])


def names_of(finding):
    names = {lock["id"]: lock["name"] for lock in finding["locks"]}
    return [(names[edge["holds"]["id"]], names[edge["wants"]["id"]]) for edge in finding["edges"]]


@test
def two_robust_mutexes():
    finding = guilty("deadlock", "deadlock_mutex", "robust")
    equal(sorted(names_of(finding)), [("left", "right"), ("right", "left")])


@test
def two_mutexes():
    finding = guilty("deadlock", "deadlock_mutex")
    equal(sorted(names_of(finding)), [("left", "right"), ("right", "left")])
    for edge in finding["edges"]:
        thread = "forwards" if innermost(edge["holds_stack"]) == "forwards" else "backwards"
        equal(innermost(edge["wants_stack"]), thread)
    equal(sorted(thread["name"] for thread in finding["threads"]), ["backwards", "forwards"])
    innocent("deadlock_mutex", "innocent")


@test
def three_mutexes():
    finding = guilty("deadlock", "deadlock_three")
    equal(sorted(names_of(finding)), [(f"plates[{i}]", f"plates[{(i + 1) % 3}]") for i in range(3)])
    innocent("deadlock_three", "innocent")


@test
def one_mutex_twice():
    finding = guilty("self-deadlock", "deadlock_self")
    equal(names_of(finding), [("ledger", "ledger")])
    equal(innermost(finding["edges"][0]["holds_stack"]), "transfer")
    equal(innermost(finding["edges"][0]["wants_stack"]), "deposit")
    innocent("deadlock_self", "innocent")


@test
def readers_that_want_to_write():
    equal(len(guilty("rwlock-upgrade", "deadlock_upgrade")["edges"]), 2)
    innocent("deadlock_upgrade", "innocent")


@test
def a_writer_between_two_reads():
    finding = guilty("deadlock", "deadlock_queue")
    equal({edge["wants"]["mode"] for edge in finding["edges"]}, {"shared", "exclusive"})
    writer = next(edge for edge in finding["edges"] if edge["wants"]["mode"] == "exclusive")
    roles = {thread["tid"]: thread["role"] for thread in finding["threads"]}
    assert roles[writer["tid"]].startswith("is queued as a writer for "), roles
    innocent("deadlock_queue", "innocent")


@test
def spin_locks():
    guilty("deadlock", "deadlock_spin")
    innocent("deadlock_spin", "innocent")


@test
def semaphores():
    guilty("deadlock", "deadlock_semaphore")
    innocent("deadlock_semaphore", "innocent")


@test
def a_condition_under_a_lock():
    finding = guilty("deadlock", "deadlock_condition")
    equal(sorted(names_of(finding)), [("has_mail", "session"), ("session", "has_mail")])
    innocent("deadlock_condition", "innocent")


@test
def a_barrier_under_a_lock():
    guilty("deadlock", "deadlock_barrier")
    innocent("deadlock_barrier", "innocent")


@test
def a_join_under_a_lock():
    guilty("deadlock", "deadlock_join")
    innocent("deadlock_join", "innocent")


@test
def an_initialiser_under_a_lock():
    guilty("deadlock", "deadlock_once")
    innocent("deadlock_once", "innocent")


@test
def locks_of_ended_threads():
    finding = guilty("orphaned-lock", "orphaned_lock")
    contains(finding["message"], "writer")
    equal(innermost(finding["stack"]), "main")
    guilty("orphaned-lock", "orphaned_lock", "cancel")
    innocent("orphaned_lock", "innocent")


@test
def a_signal_before_the_wait():
    finding = guilty("lost-wakeup", "lost_wakeup")
    equal(innermost(finding["stack"]), "main")
    contains(finding["message"], "maker lost_wakeup.c")
    innocent("lost_wakeup", "innocent")


@test
def nobody_left_to_post():
    guilty("stuck-wait", "stuck_wait")
    innocent("stuck_wait", "innocent")


@test
def another_process_may_end_the_wait():
    cases = [(what, who) for what in ("barrier", "semaphore", "condition") for who in ("parent", "child")]
    for words in cases + [("mutex", "child")]:
        result = run(LOCKJAM, "check", "--format=json", "--timeout=40", "--", sample("stuck_shared"),
                     *words)
        equal(result.returncode, 0, f"{words}: {result.stderr}")
        equal(happened(json.loads(result.stdout)), [], words)


@test
def waits_that_end():
    innocent("busy_waiters")


@test
def steps_aside_for_ever():
    result = recorded("livelock", options=["--timeout=4"])
    contains(result.stderr, "the time is up")
    document = checked("x.jam")
    equal(document["process"]["ended"], "killed")
    equal([finding["kind"] for finding in happened(document)], ["livelock"])
    equal(sorted(names_of(happened(document)[0])), [("left", "right"), ("right", "left")])
    innocent("livelock", "innocent")


@test
def misuse():
    for kind in run(sample("misuse")).stdout.split():
        for words in ((kind,), (kind, "innocent")):
            result = run(LOCKJAM, "record", "-q", "-o", "x.jam", "--", sample("misuse"), *words)
            equal(result.returncode, 0, result.stderr)
            kinds = {finding["kind"] for finding in checked("x.jam")["findings"]}
            equal(kind in kinds, words == (kind,), f"{words}: {kinds}")


@test
def check_ends_what_hangs():
    result = run(LOCKJAM, "check", "--format=json", "--timeout=40", "--", sample("lost_wakeup"))
    equal(result.returncode, 66, result.stderr)
    document = json.loads(result.stdout)
    equal(document["process"]["ended"], "killed")
    equal([finding["kind"] for finding in happened(document)], ["lost-wakeup"])
    assert document["process"]["duration_ns"] < 40_000_000_000
    result = run(LOCKJAM, "check", "--format=json", "--timeout=1", "--", "sleep", "1000")
    equal(result.returncode, 124, result.stderr)


def start_hanging(*words, options=()):
    """Starts a recording that hangs, and waits until it has been told; returns it and the pid."""
    process = start(LOCKJAM, "record", "-q", "-o", "x.jam", *options, "--", *words,
                    stderr=subprocess.PIPE)
    for line in process.stderr:
        if "(pid " in line:
            return process, int(line.split("(pid ")[1].split(")")[0])
    raise AssertionError("it ended without a word")


@test
def a_running_process_is_told_of_and_goes_on():
    process, pid = start_hanging(sample("deadlock_mutex"))
    document = hang(pid)
    equal([finding["kind"] for finding in document["findings"]], ["deadlock"])
    equal(document["process"]["ended"], "running")
    equal(sorted(waiting["name"] for waiting in document["waiting"]),
          ["backwards", "deadlock_mutex", "forwards"])
    assert all(waiting["is_stuck"] for waiting in document["waiting"])
    by_name = {waiting["name"]: waiting for waiting in document["waiting"]}
    equal([tie["name"] for tie in by_name["forwards"]["waits_on"]], ["backwards"])
    equal(by_name["forwards"]["lock"]["name"], "right")
    equal(process.poll(), None)
    os.kill(pid, signal.SIGKILL)
    equal(process.wait(), 128 + signal.SIGKILL)
    equal(hang("x.jam")["is_hang"], True)


@test
def a_child_that_hangs_is_noticed():
    process, pid = start_hanging("sh", "-c", f"{sample('deadlock_mutex')}; true")
    equal(hang(pid)["is_hang"], True)
    os.kill(pid, signal.SIGKILL)
    equal(process.wait(), 0)


def wait_for_death(pid):
    """Also of a process that is none of ours; it may stay a zombie for long."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([descriptor], [], [], LIMIT_SECONDS)
    os.close(descriptor)
    assert ready, f"process {pid} goes on"


@test
def the_time_limit_ends_children_too():
    result = run(LOCKJAM, "record", "-q", "--timeout=1", "-o", "x.jam", "--", "sh", "-c",
                 "sleep 1000 & echo $!; exec sleep 1000")
    equal(result.returncode, 124, result.stderr)
    wait_for_death(int(result.stdout))


@test
def what_is_no_trace_or_process_is_said():
    result = run(LOCKJAM, "hang", os.getpid())
    equal(result.returncode, 3)
    contains(result.stderr, "writes no trace")
    equal(run(LOCKJAM, "hang", "4194305").returncode, 4)
    equal(run(LOCKJAM, "hang", "nothing.jam").returncode, 3)
    equal(run(LOCKJAM, "hang").returncode, 2)


@test
def a_process_at_full_speed_is_no_hang():
    process = start(LOCKJAM, "record", "-q", "-o", "x.jam", "--", sample("bank"), "100000000",
                    stderr=subprocess.DEVNULL)
    while not os.path.exists("x.jam"):
        assert process.poll() is None
    pid = int(subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True,
                             check=True, env=clean_environment()).stdout.split()[0])
    for _ in range(5):
        result = run(LOCKJAM, "hang", "--format=json", pid)
        if result.returncode == 3:  # not a lock yet
            continue
        equal(result.returncode, 0, result.stdout + result.stderr)
    os.kill(pid, signal.SIGKILL)
    process.wait()


main()
