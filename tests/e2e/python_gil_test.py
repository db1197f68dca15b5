#!/usr/bin/env python3
"""The GIL is one lock, with holds and waits, in all interpreters that are here."""
import json
import os

from harness import (LOCKJAM, PRELOAD, TOP, Skip, contains, equal, main, record, report, run, sample, start,
                     test)
from preload_trace import Dump, target
from pythons import interpreters, version_of

FOLDER = os.path.join(TOP, "tests", "python")
TABLE = os.path.join(TOP, "samples", "gil_table.py")
LIBRARY = sample("libtable.so")


def recorded(path, name, *arguments, status=0):
    script = os.path.join(FOLDER, name)
    result = record(path, script, *arguments, options=["-q", "-o", "x.jam"])
    equal(result.returncode, status, f"{path}: {result.stderr}")
    document = report("x.jam")
    os.rename("x.jam", "last.jam")
    return document


def gils(document):
    """Those that were used: an interpreter's start-up alone takes it dozens of times."""
    return [lock for lock in document["locks"] if lock["kind"] == "gil"]


def functions(stack):
    return [frame["function"].rsplit(".", 1)[-1] for frame in stack if frame["language"] == "python"]


@test
def each_drop_is_a_hold_at_its_python_line():
    rounds = 500
    for path in interpreters():
        gil, = gils(recorded(path, "lives.py", "calls", rounds))
        equal(gil["name"], "the GIL")
        sites = [site for site in gil["sites"] if functions(site["stack"])[:1] == ["calls"]]
        taken = sum(site["acquisitions"] for site in sites)
        assert rounds <= taken <= rounds + 5, f"{path}: {taken}"
        assert sum(site["hold_ns"] for site in sites) > 0, path


@test
def an_object_that_is_closed_under_its_own_lock_is_no_error():
    """Up to 3.10 Python keeps the GIL while it closes, and another thread that uses the object can wait for it
    meanwhile: that is an error of theirs, and told."""
    script = os.path.join(FOLDER, "connection.py")
    for path in interpreters():
        if version_of(path) < (3, 11) or run(path, "-c", "import sqlite3").returncode:
            continue
        result = record(path, script, options=["-q", "-o", "x.jam"])
        equal(result.returncode, 0, f"{path}: {result.stderr}")
        result = run(LOCKJAM, "check", "--format=json", "x.jam")
        found = [(finding["kind"], finding["grade"]) for finding in json.loads(result.stdout)["findings"]
                 if finding["severity"] != "note"]
        equal((result.returncode, found), (0, [("lock-order-inversion", "weak")]), path)
        os.remove("x.jam")


@test
def its_parts_are_no_locks_of_their_own():
    for path in interpreters():
        document = recorded(path, "lives.py", "calls", 10)
        gil, = gils(document)
        parts = {gil["address"] + offset for offset in (0, 0x30, 0x58, 0x88)}
        others = [lock for lock in document["locks"] if lock["address"] in parts
                  and lock["kind"] != "gil" and lock["acquisitions"]]
        equal(others, [], path)


@test
def threads_that_compute_wait_for_each_other():
    rounds = 20
    for path in interpreters():
        document = recorded(path, "switches.py", rounds)
        gil, = gils(document)
        at_work = [row for row in gil["blame"] if functions(row["blocker"])[:1] == ["hand_over"]]
        assert at_work and sum(row["wait_ns"] for row in at_work) > 0, path
        lock, = [lock for lock in Dump("last.jam")["lock"] if lock["kind"] == "gil"]
        assert lock["switches"] >= rounds - 2, f"{path}: {lock['switches']}"
        assert gil["contended"] >= rounds - 2, f"{path}: {gil['contended']}"


@test
def daemons_at_the_end_leave_it_whole():
    for path in interpreters():
        document = recorded(path, "lives.py", "leave_daemons_behind")
        assert len(gils(document)) == 1, path
        result = run(LOCKJAM, "check", "--format=json", "last.jam")
        equal(result.returncode, 0, f"{path}: {result.stdout}")


@test
def a_forked_child_has_its_own():
    for path in interpreters():
        record(path, os.path.join(FOLDER, "lives.py"), "fork",
               options=["-q", "--follow-fork=yes", "-o", "x.jam"])
        traces = sorted(name for name in os.listdir(".") if name.startswith("x.jam"))
        equal(len(traces), 2, path)
        for trace in traces:
            gil, = gils(report(trace))
            assert gil["acquisitions"] >= 20, f"{path}: {trace}: {gil['acquisitions']}"
            equal(run(LOCKJAM, "check", trace).returncode, 0, path)
            os.remove(trace)


@test
def each_interpreter_of_a_process_may_have_one():
    """From 3.12 on; before, and if the new one is told to share it, there is one."""
    for path in interpreters():
        if version_of(path) >= (3, 13):
            continue  # the module has another name, and is private
        found = gils(recorded(path, "lives.py", "interpreters"))
        assert len(found) in (1, 2), f"{path}: {len(found)}"
        assert sum(gil["acquisitions"] for gil in found) >= 60, path


def waits_for_the_gil(process):
    """Who waits for it, and who has it: the innermost functions of pause.py."""
    result = run(LOCKJAM, "hang", "--format=json", process.pid)
    document = json.loads(result.stdout) if result.returncode == 0 else {"waiting": []}
    return [(innermost(wait["stack"]), innermost(holder["stack"])) for wait in document["waiting"]
            if wait["lock"]["kind"] == "gil" for holder in wait["waits_on"]]


def innermost(stack):
    return [frame["function"] for frame in stack if (frame["file"] or "").endswith("pause.py")][:1]


@test
def a_live_wait_shows_who_has_it():
    path = next(iter(interpreters()), None)
    if not path:
        raise Skip("no CPython 3.8 to 3.15 with a GIL here")
    process = start(path, os.path.join(FOLDER, "pause.py"),
                    env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"})
    found = []
    try:
        while process.poll() is None and (["wait_for_ever"], ["keep"]) not in found:
            found = waits_for_the_gil(process)
    finally:
        process.kill()
        process.wait()
    assert (["wait_for_ever"], ["keep"]) in found, found


def checked_table(path, *words):
    """Findings of the sample whose C library has a mutex of its own: (kind, grade, classes of locks)."""
    result = run(LOCKJAM, "check", "--format=json", "--", path, TABLE, LIBRARY, *words)
    document = json.loads(result.stdout)
    found = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert result.returncode == (66 if found else 0), f"{path}: {result.returncode}: {result.stderr}"
    return found


def shape(finding):
    return finding["kind"], finding["grade"], sorted(lock["kind"] for lock in finding["locks"])


@test
def a_mutex_and_the_gil_in_both_orders_are_foretold():
    for path in interpreters():
        finding, = checked_table(path, "held")
        equal(shape(finding), ("lock-order-inversion", "feasible", ["gil", "mutex"]), path)
        equal({lock["name"] for lock in finding["locks"]}, {"the GIL", "table_mutex"}, path)
        wants = {edge["wants_stack"][0]["function"] for edge in finding["edges"]}
        assert "table_put" in wants, f"{path}: {wants}"
        lines = {function for edge in finding["edges"] for function in functions(edge["wants_stack"])}
        assert {"visit", "put"} <= lines, f"{path}: {lines}"


@test
def a_library_that_calls_back_without_its_mutex_is_right():
    for path in interpreters():
        equal(checked_table(path, "released"), [], path)
        equal(checked_table(path, "released", "meet"), [], path)


@test
def a_mutex_and_the_gil_that_wait_for_each_other_hang():
    for path in interpreters():
        finding, = checked_table(path, "held", "meet")
        equal(shape(finding), ("deadlock", "confirmed", ["gil", "mutex"]), path)
        lines = {function for edge in finding["edges"] for function in functions(edge["wants_stack"])}
        assert {"visitor", "put"} <= lines, f"{path}: {lines}"


def reported(path, name):
    """The GIL, the patterns and the text of a report on a sample."""
    result = record(path, os.path.join(TOP, "samples", name), options=["-q", "-o", "x.jam"])
    equal(result.returncode, 0, f"{path}: {result.stderr}")
    document = report("x.jam")
    gil, = gils(document)
    text = run(LOCKJAM, "report", "x.jam").stdout
    os.remove("x.jam")
    return gil, [found for found in document["patterns"] if found["name"] == "the GIL"], text


@test
def threads_that_compute_are_told_that_they_take_turns():
    for path in interpreters():
        gil, patterns, text = reported(path, "gil_compute.py")
        equal([found["pattern"] for found in patterns], ["gil-bound"], path)
        equal(gil["is_bottleneck"], True, path)
        equal(patterns[0]["part"], gil["wait_ns"], path)
        equal(patterns[0]["others"], gil["switches"], path)
        equal(functions(patterns[0]["stack"])[:1], ["count_primes"], f"{path}: {patterns[0]}")
        contains(text, "The GIL is what threads wait for: held for")


@test
def threads_that_fetch_and_write_are_told_that_it_is_not_the_gil():
    for path in interpreters():
        gil, patterns, text = reported(path, "gil_io.py")
        equal(patterns, [], path)
        equal(gil["is_bottleneck"], False, path)
        contains(text, "The GIL is not the problem: held for")


@test
def stacks_beyond_the_bound_are_told_by_their_function():
    path = next(iter(interpreters()), None)
    if not path:
        raise Skip("no CPython 3.8 to 3.15 with a GIL here")
    gil, = gils(recorded(path, "lives.py", "paths"))
    walks = [(len(functions(site["stack"])), site["acquisitions"]) for site in gil["sites"]
             if functions(site["stack"])[:1] == ["walk"]]
    equal(sum(count for _, count in walks), 2 ** 14)
    whole = sum(count for depth, count in walks if depth > 1)
    assert 4000 < whole <= 8192, whole
    (_, count), = [walk for walk in walks if walk[0] == 1]
    equal(count, 2 ** 14 - whole)


@test
def what_only_looks_like_one_is_none():
    equal(record(target("look_alike"), options=["-q", "-o", "x.jam"]).returncode, 0)
    used = [(lock["kind"], lock["acquisitions"]) for lock in report("x.jam")["locks"]
            if lock["acquisitions"] == 10]
    equal(used, [("mutex", 10)] * 2)


main()
