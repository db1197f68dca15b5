#!/usr/bin/env python3
"""The path of a free lock: no system call, no malloc, no change of errno, no write to a shared table."""
import re
import signal

from harness import PRELOAD, clean_environment, equal, main, run, test
from preload_trace import LOSS_EVENTS, Dump, recorded, target

HOT = target("hot")
THREADS, TIMES = 2, 100 + 100000
MUTEXES = 5  # three of pthreads, one of C11, one in a stream
LOCKS, STACKS, THREADS_TABLE, MODULES = 1 << 4, 1 << 6, 1 << 3, 1 << 5


def counted(mode, **options):
    result = recorded(HOT, mode, **options)
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", result.stdout)}


def check_totals():
    dump = Dump("x.jam")
    equal(dump.lost(), {})
    equal(dump.total("acquisitions", function="take_locks", kind="mutex"), MUTEXES * THREADS * TIMES)
    equal(dump.total("acquisitions", function="take_locks", kind="rwlock", mode="shared"), THREADS * TIMES)
    equal(dump.total("acquisitions", function="take_locks", kind="rwlock", mode="exclusive"), THREADS * TIMES)
    equal(dump.total("acquisitions", function="take_locks", kind="sem"), THREADS * TIMES)
    equal(dump.total("acquisitions", function="take_locks", kind="spin"), THREADS * TIMES)
    equal(dump.total("acquisitions", function="take_locks", kind="once"), THREADS)
    equal(dump.total("contended", function="take_locks"), 0)


@test
def no_system_call_no_malloc_no_errno():
    counts = counted("calls")
    equal(counts["heap"], 0)
    equal(counts["errno"], 0)
    check_totals()


@test
def no_system_call_while_the_ring_recycles():
    counts = counted("calls", events="all", env={"LOCKJAM_MAX_SIZE": "16K"})
    equal((counts["heap"], counts["errno"]), (0, 0))
    dump = Dump("x.jam")
    equal(dump.total("acquisitions", function="take_locks", kind="mutex"), MUTEXES * THREADS * TIMES)
    equal(dump.lost()[LOSS_EVENTS], sum(lane["events_overwritten"] for lane in dump["lane"]))
    assert dump.lost()[LOSS_EVENTS] > 10 * TIMES


@test
def the_watch_on_system_calls_bites():
    # A ring that grows for ever must call the system: the same program is killed.
    environment = {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam", "LOCKJAM_EVENTS": "all",
                   "LOCKJAM_MAX_SIZE": "unlimited"}
    equal(run(HOT, "calls", env=environment).returncode, -signal.SIGSYS)
    equal(run(HOT, "calls", env=clean_environment()).returncode, 0)


@test
def tables_of_the_process_are_not_written():
    counts = counted("shared")
    for kind in (LOCKS, STACKS, THREADS_TABLE, MODULES):
        assert counts["kinds"] & kind, f"no extent of kind {kind:#x} was protected: {counts}"
    equal(counts["header"], 0)
    equal(counts["errno"], 0)
    check_totals()


main()
