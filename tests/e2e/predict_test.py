#!/usr/bin/env python3
"""`lockjam diff` and `lockjam whatif` from end to end. How good predictions are, `make bench` says."""
import json

from harness import LOCKJAM, contains, equal, main, record, run, sample, test

ROUNDS = 20


def recorded(name, *options, path=None):
    path = path or name + ".jam"
    result = record(sample(name), ROUNDS, options=["-q", "-o", path, *options])
    equal(result.returncode, 0, result.stderr)
    return path


def diff(old, new, *options, status=0):
    result = run(LOCKJAM, "diff", "--format=json", *options, old, new)
    equal(result.returncode, status, result.stderr)
    return json.loads(result.stdout)


def whatif(path, *options):
    result = run(LOCKJAM, "whatif", "--format=json", *options, path)
    equal(result.returncode, 0, result.stderr)
    return json.loads(result.stdout)


@test
def a_rebuilt_program_is_matched_by_names():
    old, new = recorded("desk"), recorded("desk_half")
    document = diff(old, new)
    equal(document["schema"], "lockjam.diff/1")
    equal([lock["lock"] for lock in document["locks"]], ["desk (mutex)"])
    desk = document["locks"][0]
    equal(desk["verdict"], "better")
    equal({site["site"].split(" ")[0] for site in desk["sites"]}, {"look_up", "change"})
    assert desk["change_percent"] < -10 and desk["old"]["wait_ns"] > desk["new"]["wait_ns"]
    equal(document["regressions"], 0)
    contains(run(LOCKJAM, "diff", old, new).stdout, "better")


@test
def a_regression_fails_the_build():
    fast, slow = recorded("desk_half"), recorded("desk")
    document = diff(fast, slow, "--fail-on-regression=20", status=66)
    assert document["regressions"] >= 1
    diff(slow, fast, "--fail-on-regression=20")
    diff(fast, slow)
    diff(slow, slow, "--fail-on-regression=0")


@test
def locks_that_come_and_go():
    document = diff(recorded("desk"), recorded("desk_free"))
    verdicts = {lock["lock"]: lock["verdict"] for lock in document["locks"]}
    equal(verdicts, {"desk (mutex)": "gone", "own[] (mutex)": "new"})


@test
def diff_wants_two_traces():
    path = recorded("desk_half")
    equal(run(LOCKJAM, "diff", path).returncode, 2)
    equal(run(LOCKJAM, "diff", path, "missing.jam").returncode, 3)
    equal(run(LOCKJAM, "diff", "-o", path, path, path).returncode, 2)


@test
def a_prediction_names_what_it_is_about():
    path = recorded("desk", "--events=all")
    document = whatif(path, "--lock=desk", "--hold=0.5")
    equal(document["schema"], "lockjam.whatif/1")
    equal([lock["name"] for lock in document["locks"]], ["desk"])
    equal(document["stuck"], 0)
    assert document["predicted_ns"] < document["recorded_ns"]
    assert document["predicted_wait_ns"] < document["wait_ns"]
    equal(whatif(path, "--lock=desk", "--hold=1")["predicted_ns"], document["recorded_ns"])
    equal(whatif(path, "--lock=desk", "--remove")["predicted_wait_ns"], 0)


@test
def readers_and_writers():
    path = recorded("desk", "--events=all")
    free = whatif(path, "--lock=desk", "--as-rwlock")
    shared = whatif(path, "--lock=desk", "--as-rwlock", "--writers=change")
    alone = whatif(path, "--lock=desk", "--as-rwlock", "--writers=change,look_up")
    assert free["predicted_ns"] <= shared["predicted_ns"] <= alone["predicted_ns"]
    equal(free["predicted_wait_ns"], 0)
    contains(run(LOCKJAM, "whatif", "--lock=desk", "--as-rwlock", path).stdout, "--writers")


@test
def a_whole_class_of_locks():
    path = recorded("desk_free", "--events=all")
    equal(len(whatif(path, "--lock=own[]", "--remove")["locks"]), 3)
    equal([lock["name"] for lock in whatif(path, "--lock=own[1]", "--remove")["locks"]], ["own[1]"])
    equal(len(whatif(path, "--lock=own", "--remove")["locks"]), 3)


@test
def a_trace_with_too_little_is_refused():
    path = recorded("desk")
    result = run(LOCKJAM, "whatif", "--lock=desk", "--hold=0.5", path)
    equal(result.returncode, 3)
    contains(result.stderr, "--events=all")
    result = record(sample("philosophers"), 30000, options=["-q", "-o", "small.jam", "--events=all", "--max-size=64K"])
    result = run(LOCKJAM, "whatif", "--lock=forks", "--hold=0.5", "small.jam")
    equal(result.returncode, 3)
    contains(result.stderr, "--max-size")


@test
def questions_that_make_no_sense():
    path = recorded("desk_half", "--events=all")
    for options, word in ((["--hold=0.5"], "--lock"), (["--lock=desk"], "--hold"),
                          (["--lock=desk", "--hold=0.5", "--remove"], "one of"),
                          (["--lock=desk", "--hold=0.5", "--writers=f"], "--as-rwlock"),
                          (["--lock=nothing", "--remove"], "desk"),
                          (["--lock=desk", "--as-rwlock", "--writers=nobody"], "nobody"),
                          (["--lock=desk", "--hold=1e9"], "")):
        result = run(LOCKJAM, "whatif", *options, path)
        equal(result.returncode, 2, options)
        contains(result.stderr, word)


main()
