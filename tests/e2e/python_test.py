#!/usr/bin/env python3
"""Python frames are those that the interpreter sees, in the order in which it sees them."""
import glob
import json
import os
import re
import shutil

from harness import LOCKJAM, TOP, Skip, equal, main, record, report, run, test
from preload_trace import Dump
from pythons import interpreters, version_of

FOLDER = os.path.join(TOP, "tests", "python")
CHAINS_MIN = 150
WAYS = {0: "blocking", 1: "timed", 4: "try"}  # flags of a dependency


def python_part(stack):
    return tuple((frame["function"], frame["file"], frame["line"]) for frame in stack
                 if frame["language"] == "python")


def recorded_chains(document, script):
    """Of Python's locks: the GIL is taken anywhere."""
    chains = {python_part(site["stack"]) for lock in document["locks"] for site in lock["sites"]
              if lock["kind"] == "python-lock"}
    return {chain for chain in chains if chain and chain[0][:2] == ("take", script)}


@test
def frames_are_those_of_the_interpreter():
    script = os.path.join(FOLDER, "frames.py")
    tried = interpreters()
    if not tried:
        raise Skip("no CPython 3.8 to 3.15 with a GIL here")
    for path in tried:
        result = record(path, script, options=["-q", "-o", "x.jam"],
                        env={"PYTHONIOENCODING": "utf-8"})
        equal(result.returncode, 0, result.stderr)
        expected = {tuple(tuple(frame) for frame in json.loads(line))
                    for line in result.stdout.splitlines()}
        assert len(expected) > CHAINS_MIN, f"{path}: {len(expected)}"
        found = recorded_chains(report("x.jam"), script)
        missing, extra = expected - found, found - expected
        assert not missing, f"{path}: {len(missing)} of {len(expected)} missing: {list(missing)[:2]}"
        assert not extra, f"{path}: {len(extra)} nobody took: {list(extra)[:2]}"
        os.remove("x.jam")


@test
def locks_are_named_by_what_they_are_assigned_to():
    rounds, workers = 200, 3
    script = os.path.join(TOP, "samples", "pool.py")
    for path in interpreters():
        result = record(path, script, rounds, options=["-q", "-o", "x.jam"])
        equal(result.returncode, 0, result.stderr)
        locks = {lock["name"]: lock for lock in report("x.jam")["locks"]}
        for name, kind, times in (
                ("Pool.lock", "python-lock", 1), ("Pool.owner", "python-rlock", 1),
                ("table_lock", "python-lock", 1), ("Pool.jobs (Queue)", "python-lock", 2)):
            equal(locks[name]["kind"], kind, f"{path}: {name}")
            equal(locks[name]["acquisitions"], times * rounds * workers, f"{path}: {name}")
        callers = {python_part(site["stack"])[0][0].split(".")[-1] for site in locks["Pool.lock"]["sites"]}
        equal(callers, {"get"})
        os.remove("x.jam")


@test
def waiting_and_trying_are_told_apart():
    script = os.path.join(FOLDER, "modes.py")
    with open(script, encoding="utf-8") as file:
        expected = {number: line.rsplit("# ", 1)[1].strip() for number, line in enumerate(file, 1)
                    if re.search(r"# (blocking|timed|try)$", line)}
    for path in interpreters():
        result = record(path, script, options=["-q", "-o", "x.jam"])
        equal(result.returncode, 0, result.stderr)
        dump = Dump("x.jam")
        lines = {stack["ref"]: re.search(r"\bask modes\.py:(\d+)", stack["symbols"])
                 for stack in dump["stack"]}
        found = {int(lines[dependency["stack"]].group(1)): WAYS[dependency["flags"] & (1 | 4)]
                 for dependency in dump["dependency"] if lines[dependency["stack"]]}
        os.remove("x.jam")
        equal(found, expected, path)


def checked(path, *arguments):
    result = record(path, *arguments, options=["-q", "-o", "x.jam"])
    equal(result.returncode, 0, result.stderr)
    result = run(LOCKJAM, "check", "--format=json", "x.jam")
    os.remove("x.jam")
    return result.returncode, json.loads(result.stdout)


@test
def inversions_of_two_locks_are_foretold():
    script = os.path.join(TOP, "samples", "inversion.py")
    for path in interpreters():
        status, document = checked(path, script, "together")
        equal(status, 66, path)
        found = [finding for finding in document["findings"] if finding["severity"] == "error"]
        equal([finding["kind"] for finding in found], ["lock-order-inversion"], path)
        assert {"accounts", "journal"} <= {lock["name"] for lock in found[0]["locks"]}, path
        places = {frame["function"] for edge in found[0]["edges"] for frame in edge["wants_stack"]}
        assert {"transfer", "audit"} <= places, places


@test
def a_join_between_two_threads_orders_them():
    script = os.path.join(TOP, "samples", "inversion.py")
    for path in interpreters():
        status, document = checked(path, script, "in_turn")
        equal(status, 0, path)
        equal([finding["kind"] for finding in document["findings"]], [], path)
        equal([finding["reason"] for finding in document["filtered"]], ["happens-before"], path)


@test
def what_interrupts_a_wait_is_recorded_too():
    script = os.path.join(FOLDER, "interrupted.py")
    for path in interpreters():
        bare = run(path, script)
        result = record(path, script, options=["-q", "-o", "x.jam"])
        equal((result.returncode, result.stdout), (bare.returncode, bare.stdout), path)
        locks = {lock["name"]: lock for lock in report("x.jam")["locks"]}
        equal(locks["inner"]["acquisitions"], 3, path)  # handler, after the fork, thread
        equal(locks["outer"]["acquisitions"], 1, path)
        traces = glob.glob("x.jam*")
        equal(len(traces), 2, path)
        for trace in traces:
            os.remove(trace)


@test
def imports_in_a_circle_are_left_alone():
    script = os.path.join(FOLDER, "circle.py")
    for path in interpreters():
        equal(run(path, script).returncode, 0, path)
        result = run(LOCKJAM, "check", "--format=json", "-o", "x.json", "--timeout=50", "--", path, script)
        equal(result.returncode, 0, f"{path}: {result.stderr}")
        with open("x.json", encoding="utf-8") as file:
            found = json.load(file)["findings"]
        equal([finding["message"] for finding in found if finding["severity"] != "note"], [], path)


@test
def a_join_is_a_wait_for_a_thread():
    """The thread ends only when it is joined, which the main thread's frame tells."""
    with open("join.py", "w", encoding="utf-8") as file:
        file.write("import sys, threading, time\n"
                   "def work():\n"
                   "    main = threading.main_thread().ident\n"
                   "    while sys._current_frames()[main].f_code.co_name not in ('join', '_wait_for_tstate_lock'):\n"
                   "        time.sleep(0.001)\n"
                   "    time.sleep(0.1)\n"
                   "thread = threading.Thread(target=work)\n"
                   "thread.start()\n"
                   "thread.join()\n")
    for path in interpreters():
        result = record(path, "join.py", options=["-q", "-o", "x.jam"])
        equal(result.returncode, 0, path)
        joins = [lock for lock in report("x.jam")["locks"] if lock["kind"] == "thread" and lock["contended"]]
        equal([lock["contended"] for lock in joins], [1], path)
        chains = {chain[-1][1:] for site in joins[0]["sites"] if site["contended"]
                  for chain in [python_part(site["stack"])]}
        equal({(os.path.basename(file), line) for file, line in chains}, {("join.py", 9)}, path)
        os.remove("x.jam")


@test
def native_frames_stand_where_they_belong():
    """Between a method that sorts and the comparison that sort calls, there is native code."""
    script = os.path.join(FOLDER, "frames.py")
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:" + os.environ["PATH"])
    result = record(python, script, options=["-q", "-o", "x.jam"], env={"PYTHONIOENCODING": "utf-8"})
    equal(result.returncode, 0, result.stderr)
    kinds = set()
    for lock in report("x.jam")["locks"]:
        for site in lock["sites"]:
            names = [frame["function"] if frame["language"] == "python" else "native"
                     for frame in site["stack"]]
            for inner, outer in (("Box.__lt__", "everything"), ("__lt__", "everything")):
                if inner in names:
                    at = names.index(inner)
                    kinds.add((names[at + 1], outer in names[at + 2:]))
            assert "_PyEval_EvalFrameDefault" not in names or "native" not in names[-1:]
    equal(kinds, {("native", True)})


main()
