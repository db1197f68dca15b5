#!/usr/bin/env python3
"""What people read about a Python program: its waits and objects are told in Python's words."""
import glob
import json
import os

from harness import LOCKJAM, TOP, equal, main, record, report, run, test
from pythons import interpreters

WAITS = os.path.join(TOP, "samples", "waits.py")
HANGS = os.path.join(TOP, "samples", "hangs.py")


def hung(python, script, *words):
    """What `hang` says of a program that was ended because it hangs: as a document and as text."""
    run(LOCKJAM, "record", "-q", "-o", "x.jam", "--on-deadlock=abort", "--timeout=20", "--", python,
        script, *words)
    document = json.loads(run(LOCKJAM, "hang", "--format=json", "x.jam").stdout)
    text = run(LOCKJAM, "hang", "x.jam").stdout
    os.remove("x.jam")
    return document, " ".join(text.split())


@test
def threads_have_their_python_names():
    for path in interpreters():
        result = record(path, os.path.join(TOP, "tests", "python", "threads.py"),
                        options=["-q", "-o", "x.jam"], env={"PYTHONIOENCODING": "utf-8"})
        equal(result.returncode, 0, result.stderr)
        expected = {int(tid): (name, is_daemon)
                    for tid, (name, is_daemon) in json.loads(result.stdout).items()}
        found = {thread["tid"]: (thread["name"], thread["is_daemon"])
                 for thread in report("x.jam")["threads"]}
        native = os.path.basename(path)[:15]  # of threads without a name of their own
        expected = {tid: (name or native, is_daemon) for tid, (name, is_daemon) in expected.items()}
        equal(found, expected, path)
        os.remove("x.jam")


@test
def a_forked_child_keeps_the_name_of_its_thread():
    script = ("import os, threading\n"
              "lock = threading.Lock()\n"
              "def work():\n"
              "    if os.fork() == 0:\n"
              "        with lock:\n"
              "            os._exit(0)\n"
              "    os.wait()\n"
              "thread = threading.Thread(target=work, name='forker')\n"
              "thread.start()\n"
              "thread.join()\n")
    for path in interpreters():
        result = record(path, "-c", script, options=["-q"])
        equal(result.returncode, 0, result.stderr)
        first = {report(trace)["threads"][0]["name"] for trace in glob.glob("*.jam")}
        named = {thread["name"] for trace in glob.glob("*.jam") for thread in report(trace)["threads"]}
        equal((first, named), ({"MainThread", "forker"}, {"MainThread", "forker"}), path)
        for trace in glob.glob("*.jam"):
            os.remove(trace)


@test
def waits_are_told_as_what_they_are():
    for path in interpreters():
        for case, object_name, wish, ender in (
                ("event", "Pool.ready (Event)", "to be set", "Event.set by"),
                ("semaphore", "Pool.slots (Semaphore)", "for a release of", "by"),
                ("queue", "Pool.jobs (Queue)", "for an item in", "Queue.put by"),
                ("join_queue", "Pool.jobs (Queue)", "to be done", "Queue.task_done by"),
                ("condition", "Pool.changed (Condition)", "for a notify of", "Condition.notify by"),
                ("barrier", "Pool.gate (Barrier)", "for the others at", "Barrier.wait by")):
            what = f"{path}: {case}"
            document, text = hung(path, WAITS, case)
            equal(document["is_hang"], True, what)
            equal([finding["kind"] for finding in document["findings"]], ["stuck-wait"], what)
            equal([waiting["lock"]["name"] for waiting in document["waiting"]], [object_name], what)
            for words in (object_name, wish, ender):
                assert words in text, f"{what}: {words} in {text}"


@test
def a_wait_that_nobody_ever_ended_says_so():
    for path in interpreters():
        _, text = hung(path, HANGS, "event")
        assert "waits for ready (Event) to be set" in text, f"{path}: {text}"
        assert "nobody has called Event.set for it so far" in text, f"{path}: {text}"


@test
def a_join_is_a_join():
    for path in interpreters():
        document, text = hung(path, HANGS, "join")
        equal([finding["kind"] for finding in document["findings"]], ["deadlock"], path)
        joins = [waiting for waiting in document["waiting"] if waiting["lock"]["kind"] == "thread"]
        equal([tie["how"] for join in joins for tie in join["waits_on"]], ["lives"], path)
        assert "waits for the end of thread " in text, f"{path}: {text}"


@test
def what_a_thread_holds_is_what_it_took():
    """Not its own end, and nothing that the library holds for it."""
    for path in interpreters():
        document, _ = hung(path, HANGS, "head_on")
        names = {lock["id"]: lock["name"] for lock in document["findings"][0]["locks"]}
        for edge in document["findings"][0]["edges"]:
            equal({names[held["id"]] for held in edge["held"]}, {names[edge["holds"]["id"]]}, path)


main()
