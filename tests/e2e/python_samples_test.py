#!/usr/bin/env python3
"""The Python samples: what each guilty one is told, with its lines, and that the innocent are left alone.

Each runs with the chosen interpreters (see pythons.py). Who is stuck for good is ended by `check` once that is
certain; time limits are a net, but for the livelock, which only its time limit ends.
"""
import collections
import json
import os

from harness import LOCKJAM, TOP, Skip, equal, main, record, report, run, test, the_lock
from pythons import interpreters

SAMPLES = os.path.join(TOP, "samples")
BUYERS, AUDITORS = 100, 20  # of samples/repository.py

# places: lines of the sample that stacks of the finding go through, as "function: text".
Guilty = collections.namedtuple("Guilty", "command kinds locks places")

HANGS = (
    Guilty("controller error_path", {"orphaned-lock"}, {"Controller._lock"},
           {"handle_error_path: self._lock.acquire()", "serve: handle(path)"}),
    Guilty("controller same_thread", {"self-deadlock"}, {"Controller._lock"},
           {"handle_error_path: self._lock.acquire()", "main: serve(handle, path)"}),
    Guilty("getters lock", {"self-deadlock"}, {"Account.lock"},
           {"get_owner: with self.lock:", 'describe: return f"{self.get_owner()} has {self.get_balance()}"'}),
    Guilty("kept ends", {"orphaned-lock"}, {"orders_lock"},
           {"returns_early: orders_lock.acquire()", "next_worker: with orders_lock:"}),
    Guilty("kept raises", {"orphaned-lock"}, {"orders_lock"},
           {"skips_release: orders_lock.acquire()", "next_worker: with orders_lock:"}),
    Guilty("connections leaked", {"stuck-wait"}, {"Semaphore"},
           {"get: self.free.acquire()", "client: pool.get()"}),
    Guilty("racers forgotten", {"stuck-wait"}, {"Event"},
           {'racer: self.start.wait(timeout=0.05 if sys.argv[1] == "limited" else None)'}),
    Guilty("market too_early", {"stuck-wait", "lost-wakeup"}, {"Condition"},
           {"get_without_looking: self.changed.wait()"}),
    Guilty("reminder under_lock", {"deadlock"}, {"calendar_lock"},
           {"ring: with calendar_lock:", "under_lock: with calendar_lock:", "under_lock: timer.join()"}),
    Guilty("joins each_other", {"deadlock"}, set(), {"brother: family[other].join()"}),
    Guilty("joins under_lock", {"deadlock"}, {"ledger_lock"},
           {"worker: with ledger_lock:", "under_lock: with ledger_lock:", "under_lock: thread.join()"}),
    Guilty("job_queue forgotten", {"stuck-wait"}, {"Queue"}, {"main: jobs.join()"}),
    Guilty("executor no_room", {"stuck-wait"}, set(),
           {"outer_task: return executor.submit(square, 7).result()"}),
    Guilty("forked held", {"orphaned-lock"}, {"cache_lock"},
           {"holder: with cache_lock:", "use_cache: with cache_lock:"}),
    Guilty("event_loop thread_lock", {"self-deadlock"}, {"cache_lock"}, {"update_rudely: with cache_lock:"}),
)
LIVELOCK = Guilty("polite for_ever", {"livelock"}, {"his_spoon", "her_spoon"},
                  {"try_to_eat: has_both = other.acquire(blocking=False)"})
# Which of both it becomes is luck.
ORDER = Guilty("repository both_orders", {"lock-order-inversion", "deadlock"}, {"Shop.stock", "Shop.ledger"},
               {"sell: with self.stock:", "sell: with self.ledger:", "audit_ledger_first: with self.ledger:",
                "audit_ledger_first: with self.stock:"})

BY_LUCK = Guilty("handover by_luck", {"lock-order-inversion"}, {"left", "right"},
                 {"forwards: with right:", "backwards: with left:"})

INNOCENT = (
    "counter blocking", "counter try", "counter timed", "counter hint", "controller finally", "controller with",
    "getters rlock", "polite insist", "kept gives_back", "repository contended", "repository one_order",
    "connections semaphore", "connections bounded", "connections twice", "connections bounded_twice",
    "racers started", "racers limited", "market notify", "market notify_all", "market timeout",
    "market two_conditions", "market just_in_time", "reminder rings", "reminder cancelled", "daemons",
    "joins enumerate", "joins after_lock", "local_data", "busy_wait looking", "busy_wait waiting",
    "forked free", "forked at_work", "handover event",
    "handover queue", "handover semaphore", "handover barrier")
LARGER = (
    "job_queue all_done", "job_queue bounded", "job_queue simple", "executor map", "executor submit",
    "executor task_in_task", "event_loop executor", "event_loop async_lock", "processes lock", "processes pool",
    "processes queue", "processes semaphore", "processes lock spawn", "processes pool spawn", "web_server",
    "log_writers", "commands", "newsroom")


def pythons():
    found = interpreters()
    if not found:
        raise Skip("no CPython 3.8 to 3.15 with a GIL here")
    return found


def command_of(python, case):
    name, *words = case.split()
    return python, os.path.join(SAMPLES, f"{name}.py"), *words


def checked(python, case, *options):
    result = run(LOCKJAM, "check", "--format=json", "-o", "x.json", *options, "--", *command_of(python, case))
    with open("x.json", encoding="utf-8") as file:
        return result, json.load(file)


def errors_of(document):
    return [finding for finding in document["findings"] if finding["severity"] == "error"]


def stacks_of(finding):
    stacks = [finding.get("stack") or [], finding.get("other_stack") or []]
    for edge in finding["edges"]:
        stacks += [edge["holds_stack"], edge["wants_stack"]]
    return stacks


def places_of(findings, script):
    """Functions without their class, which Pythons before 3.11 do not tell."""
    with open(script, encoding="utf-8") as file:
        lines = [""] + [line.strip() for line in file]
    return {f"{frame['function'].split('.')[-1]}: {lines[frame['line']]}"
            for finding in findings for stack in stacks_of(finding) for frame in stack
            if frame["language"] == "python" and frame["file"] == script}


def tell(python, case, *options):
    result, document = checked(python, case.command, *options)
    what = f"{python} {case.command}"
    equal(result.returncode, 66, f"{what}: {result.stderr}")
    errors = errors_of(document)
    assert errors and {finding["kind"] for finding in errors} <= case.kinds, \
        f"{what}: {[finding['message'] for finding in errors]}"
    names = [lock["name"] for finding in errors for lock in finding["locks"]]
    for lock in case.locks:
        assert any(lock in name for name in names), f"{what}: no {lock} in {names}"
    missing = case.places - places_of(errors, command_of(python, case.command)[1])
    assert not missing, f"{what}: {missing} of {places_of(errors, command_of(python, case.command)[1])}"
    return document, errors


def leave_alone(python, case, *options):
    """It has no error, and prints what it prints alone, if in another order."""
    result, document = checked(python, case, "--timeout=50", *options)
    what = f"{python} {case} {options}"
    equal(result.returncode, 0, f"{what}: {result.stderr}")
    equal([finding["message"] for finding in errors_of(document)], [], what)
    bare = run(*command_of(python, case))
    equal(sorted(result.stdout.splitlines()), sorted(bare.stdout.splitlines()), what)


@test
def hangs():
    for python in pythons():
        for case in HANGS:
            document, errors = tell(python, case, "--timeout=20")
            equal(document["process"]["ended"], "killed")
            equal({finding["grade"] for finding in errors}, {"confirmed"}, f"{python} {case.command}")


@test
def a_livelock():
    for python in pythons():
        tell(python, LIVELOCK, "--timeout=6")


@test
def two_orders():
    for python in pythons():
        tell(python, ORDER, "--timeout=20")
        tell(python, BY_LUCK, "--timeout=20")


def functions_of(stacks):
    return {frame["function"].split(".")[-1] for stack in stacks for frame in stack
            if frame["language"] == "python"}


@test
def who_waits_for_whom():
    for python in pythons():
        result = record(*command_of(python, "repository contended"), options=["-q", "-o", "x.jam"])
        equal(result.returncode, 0, result.stderr)
        lock = the_lock(report("x.jam"), "Repository.lock")
        os.remove("x.jam")
        equal((lock["kind"], lock["acquisitions"]), ("python-lock", 3 * (BUYERS + AUDITORS)), python)
        assert lock["contended"], python
        assert {"add", "report"} <= functions_of(blame["waiter"] for blame in lock["blame"]), python
        assert "report" in functions_of(blame["blocker"] for blame in lock["blame"]), python


@test
def the_innocent():
    for python in pythons():
        for case in INNOCENT:
            leave_alone(python, case)


@test
def a_lock_that_is_kept_to_the_end():
    """Python's join returns before the thread has ended, and the process may end first."""
    for python in pythons():
        for _ in range(3):
            result, document = checked(python, "kept last")
            equal((result.returncode, [finding["kind"] for finding in document["findings"]]),
                  (0, ["exit-holding-lock"]), python)
            equal(document["findings"][0]["locks"][0]["name"], "orders_lock")


@test
def a_forked_child_holds_nothing():
    for python in pythons():
        result, document = checked(python, "forked at_work")
        equal((result.returncode, document["findings"]), (0, []), f"{python}")


@test
def the_innocent_with_all_events():
    for python in pythons():
        for case in INNOCENT:
            leave_alone(python, case, "--events=all")


@test
def larger_programs():
    for python in pythons():
        for case in LARGER:
            leave_alone(python, case)


@test
def a_lock_of_processes_taken_twice():
    """Another process could give it back, for all that is known: told, but as weak."""
    for python in pythons():
        result, document = checked(python, "processes relock", "--timeout=6")
        equal(result.returncode, 124, result.stderr)
        equal([(finding["kind"], finding["grade"]) for finding in document["findings"]
               if finding["severity"] != "note"], [("self-deadlock", "weak")], python)


main()
