#!/usr/bin/env python3
"""lockjam check: results, formats, exit statuses."""
import json

from harness import LOCKJAM, contains, equal, main, record, run, sample, target, test


def check(*arguments, status=None, **keywords):
    result = run(LOCKJAM, "check", *arguments, **keywords)
    if status is not None:
        equal(result.returncode, status, f"exit status ({result.stderr})")
    return result


def check_json(*arguments, status=None):
    return json.loads(check("--format=json", *arguments, status=status).stdout)


@test
def an_innocent_program_passes():
    record(sample("bank"), options=("-q", "-o", "bank.jam"))
    result = check("bank.jam", status=0)
    contains(result.stdout.splitlines()[0], "No deadlock, hang or misuse was found. Nothing lost.")
    contains(result.stdout.splitlines()[-1], "passed")


@test
def json_has_the_fields_of_the_contract():
    record(target("inversion"), options=("-q", "-o", "i.jam"))
    document = check_json("i.jam")
    equal(document["schema"], "lockjam.check/1")
    equal(document["process"]["ended"], "exit")
    equal(document["process"]["exit_status"], 0)
    equal(len(document["processes"]), 1)
    equal(sorted(document["totals"]), ["acquisitions", "contended", "dependencies", "events_lost",
                                       "locks", "threads"])
    assert document["totals"]["dependencies"] >= 2, document["totals"]
    for name in ("findings", "filtered"):
        assert isinstance(document[name], list), document


@test
def inputs_that_cannot_be_read_are_status_3():
    for contents in (b"", b"no trace at all\n" * 300):
        with open("bad.jam", "wb") as file:
            file.write(contents)
        contains(check("bad.jam", status=3).stderr, "bad.jam")
    contains(check("missing.jam", status=3).stderr, "missing.jam")


@test
def wrong_usage_is_status_2():
    check(status=2)
    check("--fail-on=sometimes", "x.jam", status=2)


if __name__ == "__main__":
    main()
