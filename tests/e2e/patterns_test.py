#!/usr/bin/env python3
"""Patterns by name: each is found in its guilty sample and not in the innocent one."""
import json

from harness import LOCKJAM, Skip, contains, equal, main, record, report, run, sample, test

NOT_PERMITTED = 77


def patterns(name, variant, *options):
    """{pattern: name of the lock} in a report of a sample."""
    result = record(sample(name), variant, options=["-q", "-o", "x.jam", *options])
    if result.returncode == NOT_PERMITTED:
        raise Skip("real-time threads are not permitted")
    equal(result.returncode, 0, result.stderr)
    return {found["pattern"]: found["name"] for found in report("x.jam")["patterns"]}


def kinds(path="x.jam"):
    """Kinds of findings of `check`."""
    result = run(LOCKJAM, "check", "--format=json", path)
    return {finding["kind"] for finding in json.loads(result.stdout)["findings"]}


@test
def lock_convoy():
    equal(patterns("convoy", "convoy").get("lock-convoy"), "gate")
    assert "lock-convoy" in kinds()
    assert "lock-convoy" not in patterns("convoy", "plain")
    assert "lock-convoy" not in kinds()


@test
def starvation():
    equal(patterns("starved_writer", "starve").get("starvation"), "board")
    assert "starvation" in kinds()
    assert "starvation" not in patterns("starved_writer", "prefer")
    assert "starvation" not in kinds()


@test
def a_rwlock_like_a_mutex():
    equal(patterns("rwlock_writes", "write").get("rwlock-mutex"), "book")
    assert "rwlock-mutex" not in patterns("rwlock_writes", "read")
    assert "rwlock-mutex" not in patterns("rwlock_writes", "read", "--events=all")


@test
def a_broadcast_storm():
    equal(patterns("broadcast_storm", "storm").get("broadcast-storm"), "tickets_came")
    assert "broadcast-storm" not in patterns("broadcast_storm", "signal")
    assert "broadcast-storm" not in patterns("broadcast_storm", "all")


@test
def a_signal_with_the_mutex_held():
    equal(patterns("signal_held", "held").get("signal-holding"), "came")
    assert "signal-holding" not in patterns("signal_held", "free")


@test
def unrelated_threads_that_share_a_lock():
    equal(patterns("shared_tables", "apart").get("shardable"), "tables")
    assert "shardable" not in patterns("shared_tables", "together")


@test
def a_lock_held_across_a_blocking_call():
    equal(patterns("slow_log", "inside").get("held-blocking"), "log_mutex")
    found = next(found for found in report("x.jam")["patterns"] if found["pattern"] == "held-blocking")
    equal((found["call"], found["others"]), ("sleep", 45))
    equal(found["stack"][0]["function"], "wait_for_disk")
    equal(found["other_stack"][0]["function"], "writer")
    assert 45 * 1500000 <= found["part"] <= found["whole"], found
    assert "held-blocking" not in patterns("slow_log", "outside")


@test
def a_blocking_call_under_a_lock_is_a_note():
    patterns("slow_log", "inside")
    result = run(LOCKJAM, "check", "-f", "json", "x.jam")
    equal(result.returncode, 0)
    notes = [found for found in json.loads(result.stdout)["findings"] if found["kind"] == "wait-holding-lock"]
    messages = [note["message"] for note in notes if "log_mutex" in note["message"]]
    equal([message.split(" at ")[0].split()[-2:] for message in messages], [["calls", "sleep"]], str(notes))
    equal({note["severity"] for note in notes}, {"note"})
    patterns("slow_log", "outside")
    assert "calls sleep" not in run(LOCKJAM, "check", "x.jam").stdout


@test
def threads_that_are_called_like_the_program_are_told_apart():
    patterns("slow_log", "inside")
    contains(run(LOCKJAM, "check", "-v", "x.jam").stdout, "Thread slow_log (writer) (tid ")
    findings = json.loads(run(LOCKJAM, "check", "-f", "json", "x.jam").stdout)["findings"]
    equal({thread["name"] for found in findings for thread in found["threads"]}, {"slow_log"})


@test
def a_queue_is_not_called_shardable():
    result = record(sample("producer_consumer"), 20000, options=["-q", "-o", "x.jam"])
    equal(result.returncode, 0, result.stderr)
    assert "shardable" not in {found["pattern"] for found in report("x.jam")["patterns"]}


@test
def the_text_says_what_to_do():
    patterns("shared_tables", "apart")
    text = run(LOCKJAM, "report", "x.jam").stdout
    for word in ("Patterns", "put_recipe", "put_car"):
        contains(text, word)


@test
def threads_by_role_and_lock():
    patterns("shared_tables", "apart")
    document = report("x.jam", options=["--by=role"])
    roles = {group["name"]: group for group in document["groups"]}
    equal({name: roles[name]["threads"] for name in ("cook", "driver")}, {"cook": 2, "driver": 2})
    for thread in document["threads"]:
        if thread["role"] in ("cook", "driver"):
            tables = next(lock for lock in thread["locks"] if lock["name"] == "tables")
            assert 0 < tables["wait_ns"] <= thread["wait_ns"], thread
            equal(thread["running_ns"], thread["lifetime_ns"] - thread["wait_ns"])
    tables = next(lock for lock in document["locks"] if lock["name"] == "tables")
    assert tables["wait_p50_ns"] <= tables["wait_p99_ns"] <= tables["wait_max_ns"]
    assert {frame["function"] for frame in tables["wait_max_stack"]} & {"put_recipe", "put_car"}


main()
