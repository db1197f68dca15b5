#!/usr/bin/env python3
"""lockjam check: results, formats, exit statuses."""
import json
import os
from xml.etree import ElementTree

from harness import LOCKJAM, TOP, contains, equal, main, record, run, sample, target, test


def check(*arguments, status=None, **keywords):
    result = run(LOCKJAM, "check", *arguments, **keywords)
    if status is not None:
        equal(result.returncode, status, f"exit status ({result.stderr})")
    return result


def check_json(*arguments, status=None):
    return json.loads(check("--format=json", *arguments, status=status).stdout)


@test
def an_innocent_program_passes():
    record(target("inversion"), "one", options=("-q", "-o", "one.jam"))
    result = check("one.jam", status=0)
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


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def violation():
    """A trace with a finding whatever the detectors say: teller-1 breaks the declared order."""
    write("order", "lockjam-lock-order 1\nsecond -> first\n")
    record(target("inversion"), options=("-q", "-o", "i.jam"))
    return ["--lock-order=order", "i.jam"]


def declared(document):
    found = [finding for finding in document["findings"] if len(finding["edges"]) == 1]
    equal(len(found), 1, "violations of the declared order")
    return found[0]


@test
def a_violation_of_the_declared_order_needs_no_cycle():
    finding = declared(check_json(*violation(), status=66))
    equal(finding["kind"], "lock-order-inversion")
    equal((finding["grade"], finding["severity"], finding["count"]), ("feasible", "error", 1))
    names = {lock["id"]: lock["name"] for lock in finding["locks"]}
    edge = finding["edges"][0]
    equal(names[edge["holds"]["id"]], "first")
    equal(names[edge["wants"]["id"]], "second")
    for stack in ("holds_stack", "wants_stack"):
        equal([frame["function"] for frame in edge[stack]][:2], ["lock_both", "work"], stack)
    assert edge["holds_stack"][0]["line"] < edge["wants_stack"][0]["line"], edge
    equal([(thread["name"], thread["tid"]) for thread in finding["threads"]],
          [("teller-1", edge["tid"])])
    contains(finding["message"], "against the declared order")


@test
def exit_statuses_are_those_of_the_contract():
    arguments = violation()
    check(*arguments, status=66)
    check("--error-exitcode=7", *arguments, status=7)
    check("--error-exitcode=0", *arguments, status=0)
    check("--fail-on=confirmed", *arguments, status=0)
    for grade in ("feasible", "weak", "new"):
        check(f"--fail-on={grade}", *arguments, status=66)


@test
def the_id_is_the_same_in_every_run():
    arguments = violation()
    first = declared(check_json(*arguments))["id"]
    record(target("inversion"), options=("-q", "-o", "second.jam"))
    document = check_json("--lock-order=order", "i.jam", "second.jam")
    finding = declared(document)
    equal((finding["id"], finding["count"]), (first, 2))
    equal(len(document["processes"]), 2)


@test
def the_id_survives_moved_code():
    """The same program with other lines, addresses and optimisation."""
    with open(os.path.join(TOP, "tests", "e2e", "inversion.c"), encoding="utf-8") as file:
        source = file.read()
    moved = "int unrelated(int x);\nint unrelated(int x)\n{\n    return x + 1;\n}\n" + source
    ids = set()
    for folder, text, flag in (("plain", source, "-O2"), ("moved", moved, "-O1")):
        os.makedirs(f"{folder}/src")
        write(f"{folder}/src/inversion.c", text)
        run("gcc", "-D_GNU_SOURCE", "-g", flag, "-pthread", "-o", "inversion", "src/inversion.c",
            cwd=folder)
        for repetition in range(2):
            path = f"{folder}{repetition}.jam"
            record(f"{folder}/inversion", options=("-q", "-o", path))
            ids |= {finding["id"] for finding in check_json(path, status=66)["findings"]}
    equal(len(ids), 1, f"one id in {ids}")


@test
def the_suppression_of_a_finding_suppresses_it():
    arguments = violation()
    finding = declared(check_json(*arguments))
    write("one.supp", finding["suppression"])
    generated = check("--gen-suppressions", "-o", "all.supp", *arguments, status=66)
    equal(generated.stdout, "")
    document = check_json("--suppressions=one.supp", *arguments)
    assert finding["id"] not in [other["id"] for other in document["findings"]], document
    contains([(other["id"], other["reason"]) for other in document["filtered"]],
             (finding["id"], "suppressed"))
    check("--suppressions=all.supp", *arguments, status=0)


@test
def suppressions_of_other_tools_are_read():
    arguments = violation()
    write("tsan.supp", "# ours\nrace:foo\ndeadlock:lock_both\nmutex:nothing\n")
    write("helgrind.supp", "{\n  tellers\n  Helgrind:LockOrder\n  fun:pthread_mutex_lock\n"
                           "  fun:lock_both\n  ...\n}\n{\n  leak\n  Memcheck:Leak\n  fun:x\n}\n")
    result = check("--suppressions=tsan.supp", *arguments, status=0)
    contains(result.stderr, "tsan.supp:4: unused suppression: mutex:nothing")
    check("--suppressions=helgrind.supp", *arguments, status=0)
    result = check("--suppressions=helgrind.supp,tsan.supp", "-v", *arguments, status=0)
    contains(result.stdout, "suppressed: tellers")


@test
def suppressions_expire():
    arguments = violation()
    write("old.supp", "suppress * {\n  lock = first\n  expires = 2020-01-01\n}\n")
    result = check("--suppressions=old.supp", *arguments, status=66)
    contains(result.stderr, "old.supp:1: expired")


@test
def a_baseline_holds_what_is_known():
    arguments = violation()
    record(sample("bank"), options=("-q", "-o", "bank.jam"))
    check("--write-baseline=empty", "bank.jam", status=0)
    check("--baseline=empty", "--fail-on=new", *arguments, status=66)
    check("--write-baseline=known", *arguments, status=66)
    check("--baseline=known", "--fail-on=new", *arguments, status=0)
    document = check_json("--baseline=known", "--write-baseline=again", *arguments, status=0)
    equal(document["findings"], [])
    contains([finding["reason"] for finding in document["filtered"]], "baseline")
    with open("known", encoding="utf-8") as known, open("again", encoding="utf-8") as again:
        equal(sorted(again), sorted(known))


@test
def a_written_order_is_kept_by_the_run_that_wrote_it():
    def pairs(path):
        with open(path, encoding="utf-8") as file:
            return [line for line in file if " -> " in line and not line.startswith("# A")]

    record(target("inversion"), "one", options=("-q", "-o", "one.jam"))
    record(target("inversion"), options=("-q", "-o", "both.jam"))
    check("--write-lock-order=order", "one.jam", status=0)
    equal(pairs("order"), ["first -> second\n"])
    check("--lock-order=order", "one.jam", status=0)
    finding = declared(check_json("--lock-order=order", "both.jam", status=66))
    equal(finding["threads"][0]["name"], "teller-2")
    check("--write-lock-order=open", "both.jam")
    equal(pairs("open"), ["# contradicts other pairs: first -> second\n",
                          "# contradicts other pairs: second -> first\n"])
    check("--lock-order=open", "both.jam")


@test
def damaged_files_are_named_with_line_and_reason():
    record(target("inversion"), options=("-q", "-o", "i.jam"))
    write("bad", "\nsuppress deadlock {\n  expires = soon\n}\n")
    for option, where in (("--suppressions", "bad:3: "), ("--baseline", "bad:1: "),
                          ("--lock-order", "bad:1: ")):
        contains(check(f"{option}=bad", "i.jam", status=3).stderr, where)
        contains(check(f"{option}=missing", "i.jam", status=3).stderr, "missing: ")


SARIF_TEXT = {"text": str}

# What SARIF 2.1.0 insists on and code scanning services read, as far as we write it: a type, a
# dictionary of required and optional ("?") members, or a list of one.
SARIF_LOCATION = {
    "physicalLocation": {"artifactLocation": {"uri": str, "uriBaseId?": str},
                         "region?": {"startLine": int}},
    "logicalLocations?": [{"fullyQualifiedName": str, "kind": str}],
    "message?": SARIF_TEXT, "id?": int}
SARIF = {
    "$schema": str, "version": str,
    "runs": [{
        "tool": {"driver": {"name": str, "version": str, "rules": [{
            "id": str, "name": str, "shortDescription": SARIF_TEXT, "help": SARIF_TEXT,
            "defaultConfiguration": {"level": str}, "properties": {"tags": [str]}}]}},
        "invocations": [{"executionSuccessful": bool, "toolExecutionNotifications": [
            {"level": str, "message": SARIF_TEXT}]}],
        "columnKind": str,
        "results": [{
            "ruleId": str, "ruleIndex": int, "level": str, "message": SARIF_TEXT,
            "locations": [SARIF_LOCATION], "relatedLocations?": [SARIF_LOCATION],
            "partialFingerprints": {"lockjamFindingId/v1": str, "primaryLocationLineHash": str},
            "codeFlows?": [{"threadFlows": [{"id": str, "locations": [
                {"location": SARIF_LOCATION}]}]}],
            "stacks?": [{"message": SARIF_TEXT, "frames": [
                {"location": SARIF_LOCATION, "module?": str}]}],
            "properties": {"id": str, "grade": str, "count": int}}]}]}


def fits(value, shape, path="$"):
    if isinstance(shape, dict):
        names = {name.rstrip("?"): (name, inner) for name, inner in shape.items()}
        assert not set(value) - set(names), f"{path}: unknown {set(value) - set(names)}"
        for name, (marked, inner) in names.items():
            assert name in value or marked.endswith("?"), f"{path}: {name} is missing"
            if name in value:
                fits(value[name], inner, f"{path}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{path}: no array"
        for index, element in enumerate(value):
            fits(element, shape[0], f"{path}[{index}]")
    else:
        assert isinstance(value, shape), f"{path}: {value!r} is no {shape.__name__}"


@test
def sarif_is_what_code_scanning_reads():
    arguments = violation()
    document = json.loads(check("--format=sarif", *arguments, status=66).stdout)
    fits(document, SARIF)
    equal(document["version"], "2.1.0")
    one = document["runs"][0]
    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    ids = {finding["id"] for finding in check_json(*arguments)["findings"]}
    equal({result["partialFingerprints"]["lockjamFindingId/v1"] for result in one["results"]}, ids)
    for result in one["results"]:
        equal(rules[result["ruleIndex"]], result["ruleId"])
        contains(("error", "warning", "note"), result["level"])
        for location in result["locations"] + result["relatedLocations"]:
            place = location["physicalLocation"]
            equal(place["artifactLocation"]["uri"], "tests/e2e/inversion.c")
            assert place["region"]["startLine"] > 0, place
        assert len(result["relatedLocations"]) >= 2, "both stacks"


@test
def junit_is_what_servers_read():
    arguments = violation()
    suites = ElementTree.fromstring(check("--format=junit", *arguments, status=66).stdout)
    suite = suites.find("testsuite")
    cases = suite.findall("testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    equal(int(suite.get("tests")), len(cases))
    equal(int(suite.get("failures")), len(failed))
    equal({case.get("name").split()[1] for case in failed},
          {finding["id"] for finding in check_json(*arguments)["findings"]})
    contains(failed[0].find("failure").text, "tests/e2e/inversion.c:")
    record(sample("bank"), options=("-q", "-o", "bank.jam"))
    passed = ElementTree.fromstring(check("--format=junit", "bank.jam", status=0).stdout)
    equal((passed.get("tests"), passed.get("failures")), ("1", "0"))


@test
def markdown_tells_the_verdict_first():
    arguments = violation()
    text = check("--format=markdown", *arguments, status=66).stdout
    equal(text.splitlines()[0], "## lockjam: failed")
    contains(text, "lock\\_both tests/e2e/inversion.c:")
    contains(text, "suppress lock-order-inversion {")


@test
def text_fits_a_terminal():
    for line in check(*violation()).stdout.splitlines():
        assert len(line) <= 100, line


@test
def a_command_is_run_and_checked():
    environment = {"TMPDIR": os.getcwd()}
    write("order", "lockjam-lock-order 1\nsecond -> first\n")
    result = check("--lock-order=order", "--format=json", "-o", "out.json", "--",
                   target("inversion"), status=66, env=environment)
    equal(result.stdout, "")
    with open("out.json", encoding="utf-8") as file:
        document = json.load(file)
    declared(document)
    equal(document["process"]["executable"], target("inversion"))
    equal(sorted(os.listdir(".")), ["order", "out.json"], "no traces are left")


@test
def a_command_keeps_its_traces_where_the_user_says():
    check("-q", "--trace-folder=kept", "--", target("inversion"), "one", status=0)
    equal(len(os.listdir("kept")), 1)
    check(os.path.join("kept", os.listdir("kept")[0]), status=0)


@test
def a_command_without_findings_keeps_its_status():
    check("--", "sh", "-c", "exit 3", status=3)
    check("--", "sh", "-c", "kill -TERM $$", status=128 + 15)
    check("--", "./no-such-program", status=4)
    check("--", status=2)
    check("x.jam", "--", "true", status=2)
    result = check("--format=json", "--", "sh", "-c", "exit 5", status=5)
    document = json.loads(result.stdout)
    equal((document["process"]["ended"], document["process"]["exit_status"]), ("exit", 5))


@test
def damaged_files_are_told_before_the_command_runs():
    write("bad", "what is this\n")
    contains(check("--suppressions=bad", "--", "touch", "ran", status=3).stderr, "bad:1: ")
    assert not os.path.exists("ran")


@test
def children_are_checked_too():
    script = f"{target('inversion')}; exit 0"
    write("order", "lockjam-lock-order 1\nsecond -> first\n")
    result = check("--lock-order=order", "--format=json", "-o", "out.json", "--", "sh", "-c",
                   script, status=66)
    equal(result.stdout, "")
    with open("out.json", encoding="utf-8") as file:
        finding = declared(json.load(file))
    equal(finding["count"], 1)


@test
def a_deadlocked_command_is_ended_and_fails():
    check("--format=json", "-o", "out.json", "--", sample("deadlock_mutex"), status=66)
    with open("out.json", encoding="utf-8") as file:
        document = json.load(file)
    equal(document["process"]["ended"], "killed")
    finding = document["findings"][0]
    equal((finding["kind"], finding["grade"], len(finding["edges"])), ("deadlock", "confirmed", 2))
    kinds = [other["kind"] for other in document["findings"]]
    assert "lock-order-inversion" not in kinds, f"the same cycle is told once: {kinds}"


@test
def one_defect_is_told_once():
    for name, kind in (("deadlock_self", "self-deadlock"), ("deadlock_upgrade", "rwlock-upgrade"),
                       ("deadlock_queue", "deadlock")):
        check("--format=json", "-o", f"{name}.json", "--", sample(name), status=66)
        with open(f"{name}.json", encoding="utf-8") as file:
            findings = json.load(file)["findings"]
        errors = [(finding["kind"], finding["grade"]) for finding in findings
                  if finding["severity"] == "error"]
        equal(errors, [(kind, "confirmed")], name)


@test
def the_same_defect_in_many_instances_is_one_finding():
    record(target("inversion"), "ring", options=("-q", "-o", "ring.jam"))
    record(target("inversion"), "ring", options=("-q", "-o", "again.jam"))
    findings = check_json("ring.jam", "again.jam", status=66)["findings"]
    equal([(finding["kind"], len(finding["edges"])) for finding in findings],
          [("lock-order-inversion", 3)])
    assert findings[0]["count"] >= 2, findings[0]["count"]


if __name__ == "__main__":
    main()
