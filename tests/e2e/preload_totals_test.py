#!/usr/bin/env python3
"""Totals are exact: what the program did is what the trace says, in the dump and in the JSON."""
import os
import re

from harness import equal, main, report, test
from preload_trace import LOSS_EVENTS, LOSS_NESTED, Dump, recorded, target

TOTALS, PRIMITIVES = target("totals"), target("primitives")
THREADS, OWNERS = 4, 20
MODES = ("off", "blocking", "all")
IN_JSON = ("acquisitions", "try_failures", "timeouts")


def array_of(name):
    return re.sub(r"\[\d+\]$", "", name)


def dump_total(dump, lock, field):
    names = {found["name"] for found in dump["lock"] if array_of(found["name"]) == lock}
    assert names, f"no lock named {lock}"
    return sum(dump.total(field, lock=name) for name in names)


def json_total(document, lock, field):
    return sum(found[field] for found in document["locks"] if array_of(found["name"]) == lock)


def check(result):
    dump, document = Dump("x.jam"), report("x.jam")
    lines = result.stdout.splitlines()
    assert lines
    for line in lines:
        lock, field, number = line.split()
        equal(dump_total(dump, lock, field), int(number), f"{lock} {field}")
        if field in IN_JSON:
            equal(json_total(document, lock, field), int(number), f"{lock} {field} in JSON")
    return dump, document


def all_totals(mode):
    dump, document = check(recorded(TOTALS, "all", events=mode, env={"LOCKJAM_MAX_SIZE": "1M"}))
    dump.check_complete()
    equal(document["totals"]["threads"], 3 * THREADS + 1)
    equal(dump.total("acquisitions", kind="thread"), 3 * THREADS)
    equal({thread["exit_held"] for thread in dump["thread"]}, {0})
    equal({lock["waiters"] for lock in dump["lock"]}, {0})


@test
def all_totals_without_events():
    all_totals("off")


@test
def all_totals_with_blocking_events():
    all_totals("blocking")


@test
def all_totals_with_all_events():
    all_totals("all")


def check_each_mode(*command):
    for mode in MODES:
        yield check(recorded(*command, events=mode))
        os.unlink("x.jam")


@test
def spin_locks_barriers_onces_c11_and_streams():
    for dump, document in check_each_mode(TOTALS, "others"):
        dump.check_complete()
        equal(document["totals"]["threads"], THREADS + 1)
        equal(dump.total("acquisitions", kind="thread"), THREADS)
        equal({lock["waiters"] for lock in dump["lock"]}, {0})
        # Nobody but the last of a round has not waited.
        assert dump.total("contended", kind="barrier") >= dump.total("acquisitions", kind="barrier") * 3 // 4


@test
def primitives_of_the_cpp_library():
    for dump, document in check_each_mode(PRIMITIVES):
        dump.check_complete()
        equal({lock["waiters"] for lock in dump["lock"]}, {0})
        equal({thread["exit_held"] for thread in dump["thread"]}, {0})
        equal([lock["kind"] for lock in document["locks"] if lock["name"].endswith("_flag")], ["once"] * 2)


@test
def sums_of_the_document_are_those_of_its_locks():
    recorded(TOTALS, "all")
    document = report("x.jam")
    for field in ("acquisitions", "contended"):
        equal(document["totals"][field], sum(lock[field] for lock in document["locks"]), field)
    for lock in document["locks"]:
        equal(lock["acquisitions"], sum(site["acquisitions"] for site in lock["sites"]), lock["name"])
        equal(sum(count for _, count in lock["wait_histogram"]) >= lock["contended"], True, lock["name"])


@test
def holds_add_up_to_releases():
    recorded(TOTALS, "all")
    dump = Dump("x.jam")
    held = {holds["ref"]: sum(int(part.split(":")[1]) for part in str(holds["buckets"]).split(",")) for holds in
            dump["holds"]}
    many = [site for site in dump["site"] if site["releases"] > 1]
    assert len(many) > 10
    for site in many:
        equal(held[site["hold_histogram_ref"]], site["releases"], str(site))


@test
def robust_mutexes_whose_owners_die():
    dump, _ = check(recorded(TOTALS, "dead"))
    equal(dump.lost(), {})
    equal(sorted(thread["exit_held"] for thread in dump["thread"]), [0] + OWNERS * [1])


@test
def locks_of_signal_handlers_are_recorded_or_counted_as_lost():
    result = recorded(TOTALS, "signals", events="all", env={"LOCKJAM_MAX_SIZE": "256K"})
    dump = Dump("x.jam")
    said = {tuple(line.split()[:2]): int(line.split()[2]) for line in result.stdout.splitlines()}
    equal(dump.total("acquisitions", lock="plain"), said["plain", "acquisitions"])
    equal(dump.total("releases", lock="plain"), said["plain", "releases"])
    locked = dump.total("acquisitions", lock="adaptive")
    equal(dump.total("releases", lock="adaptive"), locked)
    # A handler that came while the preload was at work: its lock and its unlock were forwarded.
    equal(dump.lost().get(LOSS_NESTED, 0), 2 * (said["signals", "acquisitions"] - locked))
    assert locked > 0
    equal({loss for loss in dump.lost() if loss not in (LOSS_NESTED, LOSS_EVENTS)}, set())


@test
def a_sigkill_in_the_middle_loses_nothing():
    for _ in range(5):
        result = recorded(TOTALS, "kill", status=-9)
        dump, _ = check(result)
        equal(dump.lost(), {})
        held = sorted(dump.locks[held["lock"]]["name"] for held in dump["held"])
        equal(held, [f"own[{i}]" for i in range(THREADS)])
        equal(sum(lane["held_count"] for lane in dump["lane"]), THREADS)
        os.unlink("x.jam")


main()
