#!/usr/bin/env python3
"""Hangs of Python programs: told with the lines of the program, and none where it goes on.

Each guilty sample is ended by `check` as soon as it is certain; the time limit is a net.
"""
import json
import os

from harness import LOCKJAM, TOP, equal, main, run, test
from pythons import chosen

HANGS = os.path.join(TOP, "samples", "hangs.py")
RELOCK = os.path.join(TOP, "samples", "relock.py")


def checked(python, script, *words):
    result = run(LOCKJAM, "check", "--format=json", "--timeout=20", "--", python, script, *words)
    return result, json.loads(result.stdout)


def lines(script):
    """The text of each line by its number."""
    with open(script, encoding="utf-8") as file:
        return {number: text.strip() for number, text in enumerate(file, 1)}


def places(script, finding):
    """What the program's own lines in the stacks of a finding say, as (function, text). Functions stand
    without their class, which Pythons before 3.11 do not tell."""
    text = lines(script)
    stacks = [finding.get("stack") or []]
    for edge in finding["edges"]:
        stacks += [edge["holds_stack"], edge["wants_stack"]]
    return {(frame["function"].split(".")[-1], text[frame["line"]]) for stack in stacks for frame in stack
            if frame["language"] == "python" and frame["file"] == script}


def guilty(kind, where, script, *words):
    """Returns the kinds of all findings, which each interpreter has to give."""
    kinds = []
    for python in chosen():
        result, document = checked(python, script, *words)
        equal(result.returncode, 66, f"{python}: {result.stderr}")
        equal(document["process"]["ended"], "killed", python)
        errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
        equal([(finding["kind"], finding["grade"]) for finding in errors], [(kind, "confirmed")], python)
        missing = where - places(script, errors[0])
        assert not missing, f"{python}: {missing} of {places(script, errors[0])}"
        kinds.append({finding["kind"] for finding in document["findings"]})
    return set.intersection(*kinds)


def innocent(script, *words):
    for python in chosen():
        result, document = checked(python, script, *words, "innocent")
        equal(result.returncode, 0, f"{python}: {result.stderr}")
        errors = [finding["kind"] for finding in document["findings"] if finding["severity"] == "error"]
        equal(errors, [], python)


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
    guilty("self-deadlock", {("add", "with self.lock:"), ("add_all", "self.add(item)")},
           RELOCK)
    innocent(RELOCK)


@test
def a_token_taken_twice_by_design():
    with open("simple_queue.py", "w", encoding="utf-8") as file:
        file.write("import queue\njobs = queue.SimpleQueue()\njobs.get()\n")
    guilty("stuck-wait", set(), os.path.abspath("simple_queue.py"))


main()
