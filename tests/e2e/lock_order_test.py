#!/usr/bin/env python3
"""Lock order: every filter and grade by a sample that is guilty and one that only looks like it."""
import json
import shutil
import xml.etree.ElementTree

from harness import LOCKJAM, Skip, contains, equal, main, record, run, sample, test

INVERSION = "lock-order-inversion"

# sample: what the guilty one is, what the innocent one is: (kind, grade) of each finding, and the
# reason of each that was filtered.
SAMPLES = {
    "order_gate": ([(INVERSION, "feasible")], [], [], ["gate-lock"]),
    "order_thread": ([(INVERSION, "feasible")], [], [], ["single-thread"]),
    "order_create": ([(INVERSION, "feasible")], [], [], ["happens-before"]),
    "order_join": ([(INVERSION, "feasible")], [], [], ["happens-before"]),
    "order_barrier": ([(INVERSION, "feasible")], [], [], ["happens-before"]),
    "order_readers": ([(INVERSION, "feasible")], [], [], ["shared-readers"]),
    "order_upgrade": ([("rwlock-upgrade", "weak")], [], [], []),
    "order_try": ([(INVERSION, "feasible")], [], [], ["try-lock"]),
    "order_timed": ([(INVERSION, "weak")], [], [], []),
    "order_soft": ([(INVERSION, "feasible")], [], [(INVERSION, "weak")], []),
    "order_released": ([(INVERSION, "feasible")], [], [], ["single-thread"]),
    "order_generation": ([(INVERSION, "feasible")], [], [], []),
    "order_recursive": ([(INVERSION, "feasible")], [], [], []),
    "order_handoff": ([(INVERSION, "feasible")], [], [], []),
    "order_unpublished": ([(INVERSION, "feasible")], [], [], ["unpublished"]),
    "order_class": ([(INVERSION, "feasible")], [], [], []),
    "order_wait": ([(INVERSION, "feasible")], [], [], []),
    "order_end": ([(INVERSION, "weak")], [], [], []),
    "order_span": ([(INVERSION, "feasible")], [], [], []),
    "order_ring": ([(INVERSION, "feasible")], [], [], []),
    "order_kinds": ([(INVERSION, "feasible")] * 3, [], [], []),
}
FAMILY = (INVERSION, "rwlock-upgrade", "self-deadlock")


def check_sample(name, word):
    equal(record(sample(name), word, options=["-q", "-o", "x.jam"]).returncode, 0, f"{name} {word}")
    result = run(LOCKJAM, "check", "--format=json", "x.jam")
    return result.returncode, json.loads(result.stdout)


def of_family(findings):
    return [finding for finding in findings if finding["kind"] in FAMILY]


def judge(name, word, findings, filtered):
    status, document = check_sample(name, word)
    found = of_family(document["findings"])
    equal(sorted((f["kind"], f["grade"]) for f in found), sorted(findings), f"{name} {word}: {found}")
    equal(sorted(f["reason"] for f in of_family(document["filtered"])), sorted(filtered),
          f"{name} {word}")
    has_error = any(grade == "feasible" for kind, grade in findings)
    if len(found) == len(document["findings"]):
        equal(status, 66 if has_error else 0, f"{name} {word}")
    return found


def add_tests(name):
    guilty, guilty_filtered, innocent, innocent_filtered = SAMPLES[name]

    def is_guilty():
        judge(name, "guilty", guilty, guilty_filtered)

    def is_innocent():
        judge(name, "innocent", innocent, innocent_filtered)

    for function in (is_guilty, is_innocent):
        function.__name__ = f"{name}_{function.__name__}"
        test(function)


for sample_name in SAMPLES:
    add_tests(sample_name)


@test
def both_sides_have_thread_stacks_and_held_locks():
    found = judge("order_gate", "guilty", [(INVERSION, "feasible")], [])[0]
    equal(len(found["edges"]), 2)
    names = {lock["id"]: lock["name"] for lock in found["locks"]}
    for edge, next_edge in zip(found["edges"], found["edges"][1:] + found["edges"][:1]):
        equal(edge["wants"]["id"], next_edge["holds"]["id"])
        for stack in (edge["holds_stack"], edge["wants_stack"]):
            equal(stack[0]["function"] == "order_nest" or stack[1]["function"] == "order_nest", True)
            assert {"forth", "back"} & {frame["function"] for frame in stack}, stack
    held = [{names[lock["id"]] for lock in edge["held"]} for edge in found["edges"]]
    equal(sorted(len(locks) for locks in held), [1, 2], held)
    equal(len({edge["tid"] for edge in found["edges"]}), 2)


@test
def an_array_of_locks_is_one_finding_with_a_count():
    found = judge("order_class", "guilty", [(INVERSION, "feasible")], [])[0]
    equal(found.get("count"), 15, "pairs of six accounts")


@test
def a_finding_keeps_its_id():
    first = judge("order_ring", "guilty", [(INVERSION, "feasible")], [])[0]
    again = judge("order_ring", "guilty", [(INVERSION, "feasible")], [])[0]
    equal(len(first["edges"]), 6)
    equal(first["id"], again["id"])


def graph(*options):
    return run(LOCKJAM, "graph", *options, "x.jam")


@test
def a_graph_shows_the_cycle():
    judge("order_gate", "guilty", [(INVERSION, "feasible")], [])
    document = json.loads(graph("--format=json").stdout)
    names = {node["id"]: node["name"] for node in document["nodes"]}
    equal(sorted(names.values()), ["a", "b", "gate"])
    red = {(names[edge["from"]], names[edge["to"]]) for edge in document["edges"] if edge["grade"] == "feasible"}
    equal(red, {("a", "b"), ("b", "a")})
    direct = {(names[edge["from"]], names[edge["to"]]) for edge in document["edges"] if edge["direct"]}
    equal(direct, {("gate", "a"), ("gate", "b"), ("a", "b"), ("b", "a")})
    functions = {frame["function"] for edge in document["edges"] for frame in edge["wanted_stack"]}
    assert {"forth", "back"} <= functions, functions


@test
def a_graph_can_be_drawn():
    judge("order_class", "guilty", [(INVERSION, "feasible")], [])
    dot = graph().stdout
    assert dot.startswith("digraph") and dot.rstrip().endswith("}"), dot
    equal(dot.count("subgraph cluster_"), 1, "one class")
    drawn = graph("--format=svg", "-o", "x.svg")
    if shutil.which("dot") is None:
        equal(drawn.returncode, 4)
        contains(drawn.stderr, "graphviz")
        raise Skip("dot is not installed")
    equal(drawn.returncode, 0, drawn.stderr)
    with open("x.svg", encoding="utf-8") as file:
        root = xml.etree.ElementTree.parse(file).getroot()
    titles = {title.text for title in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {"n0", "n1", "n0->n1", "n1->n0"} <= titles, titles
    by_class = json.loads(graph("--format=json", "--by=class").stdout)
    equal([(node["name"], node["locks"]) for node in by_class["nodes"]], [("accounts[]", 6)])


@test
def a_graph_of_no_trace():
    equal(graph().returncode, 3)
    equal(run(LOCKJAM, "graph").returncode, 2)


if __name__ == "__main__":
    main()
