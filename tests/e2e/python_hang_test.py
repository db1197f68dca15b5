#!/usr/bin/env python3
"""Hangs of Python programs: told with the lines of the program, and none where it goes on.

Each guilty sample is ended by `check` as soon as it is certain; the time limit is a net.
"""
import json
import os
import sys

from harness import LOCKJAM, TOP, Skip, equal, main, run, test

HANGS = os.path.join(TOP, "samples", "hangs.py")
RELOCK = os.path.join(TOP, "samples", "relock.py")


def checked(script, *words):
    if sys.version_info >= (3, 13, 1):
        raise Skip("this Python has locks of its own")
    result = run(LOCKJAM, "check", "--format=json", "--timeout=20", "--", sys.executable, script, *words)
    return result, json.loads(result.stdout)


def lines(script):
    """The text of each line by its number."""
    with open(script, encoding="utf-8") as file:
        return {number: text.strip() for number, text in enumerate(file, 1)}


def places(script, finding):
    """What the program's own lines in the stacks of a finding say, as (function, text)."""
    text = lines(script)
    stacks = [finding.get("stack") or []]
    for edge in finding["edges"]:
        stacks += [edge["holds_stack"], edge["wants_stack"]]
    return {(frame["function"], text[frame["line"]]) for stack in stacks for frame in stack
            if frame["language"] == "python" and frame["file"] == script}


def guilty(kind, where, script, *words):
    result, document = checked(script, *words)
    equal(result.returncode, 66, result.stderr)
    equal(document["process"]["ended"], "killed")
    errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
    equal([(finding["kind"], finding["grade"]) for finding in errors], [(kind, "confirmed")])
    missing = where - places(script, errors[0])
    assert not missing, f"{missing} of {places(script, errors[0])}"
    return {finding["kind"] for finding in document["findings"]}


def innocent(script, *words):
    result, document = checked(script, *words, "innocent")
    equal(result.returncode, 0, result.stderr)
    equal([finding["kind"] for finding in document["findings"] if finding["severity"] == "error"], [])


@test
def two_locks_head_on():
    guilty("deadlock", {("forwards", "with left:"), ("forwards", "with right:"),
                        ("backwards", "with right:"), ("backwards", "with left:")}, HANGS, "head_on")
    innocent(HANGS, "head_on")


@test
def a_join_under_a_lock():
    guilty("deadlock", {("join", "with left:"), ("join", "thread.join()"), ("visitor", "with left:")},
           HANGS, "join")
    innocent(HANGS, "join")


@test
def a_lock_kept_by_an_exception():
    kinds = guilty("orphaned-lock", {("exception", "left.acquire()")}, HANGS, "exception")
    assert "exit-holding-lock" in kinds, kinds
    innocent(HANGS, "exception")


@test
def an_event_that_is_never_set():
    guilty("stuck-wait", {("event", "ready.wait()")}, HANGS, "event")
    innocent(HANGS, "event")


@test
def a_lock_taken_twice():
    guilty("self-deadlock", {("Store.add", "with self.lock:"), ("Store.add_all", "self.add(item)")},
           RELOCK)
    innocent(RELOCK)


@test
def a_token_taken_twice_by_design():
    with open("simple_queue.py", "w", encoding="utf-8") as file:
        file.write("import queue\njobs = queue.SimpleQueue()\njobs.get()\n")
    guilty("stuck-wait", set(), os.path.abspath("simple_queue.py"))


main()
