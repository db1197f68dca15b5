#!/usr/bin/env python3
"""The trace stays small where it must, and what cannot be written is a counted loss.

LOCKJAM_TEST_LONG=1 makes the long programs five times as long.
"""
import os
import re

from harness import LOCKJAM, equal, main, run, test, traces
from preload_trace import LOSS_FOLDED, Dump, recorded, target

BOUNDS = target("bounds")
LONG = 5 if os.environ.get("LOCKJAM_TEST_LONG") else 1
MIB = 1 << 20
LOSS_NO_SPACE = 0
ENDED = 8


def bounded(*arguments, megabytes, **options):
    recorded(BOUNDS, *arguments, **options)
    dump = Dump("x.jam")
    assert dump.header["used_bytes"] <= megabytes * MIB, f"{dump.header['used_bytes']} bytes"
    return dump


@test
def threads_one_after_another():
    count = 100000 * LONG
    # The ring has a bound of its own, and drops the oldest events of all these threads.
    dump = bounded("threads", count, megabytes=5, env={"LOCKJAM_MAX_SIZE": "1M"})
    dump.check_complete()
    equal(dump.total("acquisitions", lock="common"), count)
    equal(dump.total("acquisitions", kind="mutex"), 2 * count)
    equal(dump.total("acquisitions", kind="thread"), count)
    equal(dump.header["threads_started"], count + 1)
    equal(dump.header["threads_retired"] + len([t for t in dump["thread"] if t["id"]]), count + 1)
    equal(dump.lost().get(LOSS_FOLDED, 0), dump.header["threads_retired"])
    assert len(dump["lane"]) <= 8, len(dump["lane"])
    assert len(dump["lock"]) <= 8, len(dump["lock"])


@test
def threads_that_lock_in_destructors_only():
    dump = bounded("destructors", 3000, megabytes=2)
    equal(dump.total("acquisitions", lock="common"), 3000)
    assert len(dump["lane"]) <= 8, len(dump["lane"])


@test
def two_thousand_threads_at_once():
    dump = bounded("live", 2000, megabytes=80, status=-9)
    equal(dump.lost(), {})
    equal(dump.total("acquisitions", lock="common"), 2000)
    equal(dump.total("acquisitions", function="stay_holding", kind="mutex"), 2000)
    equal(sorted(lane["held_count"] for lane in dump["lane"]), [0] + 2000 * [1])
    equal(len({held["lock"] for held in dump["held"]}), 2000)
    equal(len([thread for thread in dump["thread"] if not thread["flags"] & ENDED]), 2001)


@test
def a_chain_of_threads_that_wait_for_each_other():
    count = 1024
    dump = bounded("chain", count, megabytes=64)
    dump.check_complete()
    equal(dump.total("acquisitions", kind="mutex"), 2 * count - 1)
    equal(dump.total("releases", kind="mutex"), 2 * count - 1)
    equal(dump.total("contended", kind="mutex"), count - 1)


@test
def a_chain_is_there_after_a_sigkill():
    count = 1024
    dump = bounded("chain-kill", count, megabytes=64, status=-9)
    equal(dump.lost(), {})
    holder = {held["lock"]: held["lane"] for held in dump["held"]}
    wanted = {waiting["lane"]: waiting["lock"] for waiting in dump["waiting"] if waiting["operation"]}
    equal((len(holder), len(wanted)), (count, count - 1))
    # Following who holds what one waits for leads from the last through all to main.
    lane, length = (set(holder.values()) - {holder[lock] for lock in wanted.values()}).pop(), 1
    while lane in wanted:
        lane, length = holder[wanted[lane]], length + 1
    equal(length, count)


@test
def a_thousand_locks_held_at_once():
    dump = bounded("held", 1000, megabytes=32)
    dump.check_complete()
    equal(dump.total("acquisitions", kind="mutex"), 1001)
    equal(dump.total("releases", kind="mutex"), 1001)
    # Each was acquired with all the earlier ones held.
    equal(sorted(dependency["held_count"] for dependency in dump["dependency"]), list(range(1, 1000)))


@test
def the_held_list_is_in_order_after_a_sigkill():
    recorded(BOUNDS, "held-kill", 1000, status=-9)
    dump = Dump("x.jam")
    addresses = [held["address"] for held in dump["held"]]
    equal(len(addresses), 1000)
    equal(addresses, sorted(addresses))


@test
def locks_that_come_and_go():
    count = 100000 * LONG
    dump = bounded("reuse", count, megabytes=1)
    dump.check_complete()
    equal(dump.total("acquisitions", kind="mutex"), count)
    assert len(dump["lock"]) <= 64, len(dump["lock"])
    generations = sum(lock["generation"] & 0x7FFFFFFF for lock in dump["lock"])
    equal(generations, count)


@test
def locks_that_come_and_go_under_another():
    count = 200000 * LONG
    dump = bounded("nested", count, megabytes=1)
    dump.check_complete()
    equal(dump.lost(), {})
    below = sorted((item for item in dump["dependency"] if "take_below" in dump.stack(item["stack"])),
                   key=lambda item: item["generation"])
    # Only the latest objects are left, each with its own times and threads.
    equal([item["generation"] for item in below], list(range(count - 15, count + 1)))
    equal({(item["instances"], item["threads"]) for item in below}, {(1, "1.1")})
    times = [time for item in below for time in (item["first_ns"], item["last_ns"])]
    equal(times, sorted(times))
    # The object that lives on is known with its inversion.
    result = run(LOCKJAM, "check", "x.jam")
    equal(result.returncode, 66, result.stdout + result.stderr)
    assert "take_inverted" in result.stdout and "take_below" in result.stdout, result.stdout


@test
def locks_of_one_class_under_each_other():
    count = 20000 * LONG
    dump = bounded("pools", count, megabytes=1)
    dump.check_complete()
    equal(dump.lost(), {})
    below = [item for item in dump["dependency"] if "take_below" in dump.stack(item["stack"])]
    assert 15 <= len(below) <= 64, len(below)
    equal({item["instances"] for item in below}, {1})
    # All of the latest round are there: each of the others under the first.
    latest = sorted(below, key=lambda item: item["first_ns"])[-15:]
    equal(len({item["lock"] for item in latest}), 15)
    equal(len({str(item["held"]).split(":", maxsplit=1)[0] for item in latest}), 1)


@test
def locks_that_another_thread_unlocks():
    dump = bounded("handover", 2000, megabytes=2)
    equal(dump.total("acquisitions", lock="common"), 2000)
    assert max(lane["held_count"] for lane in dump["lane"]) <= 1
    orders = [item for item in dump["dependency"] if dump.locks[item["lock"]]["kind"] == "mutex"]
    assert len(orders) <= 1, len(orders)


@test
def fork_from_a_thread_among_threads():
    count = 20000
    recorded(BOUNDS, "fork", count, events="all")
    found = traces()
    equal(len(found), 2, str(found))
    parent, child = sorted((Dump(path) for path in found), key=lambda dump: dump.header["threads_started"] < 4)
    equal(parent.total("acquisitions", lock="common"), 4 * count)
    equal(parent.total("acquisitions", lock="in_child"), 0)
    equal(child.total("acquisitions", lock="in_child"), 2 * count)
    equal(child.total("acquisitions", lock="common"), 0)
    equal(child.header["parent_pid"], parent.header["pid"])
    equal([event["pid"] for event in parent["event"] if event["kind"] == "fork"], [child.header["pid"]])
    for dump in (parent, child):
        dump.check_complete()
    # A function whose cold part the compiler has split off stands there twice.
    chains = {tuple(dict.fromkeys(child.stack(site["stack"]))) for site in child.sites(lock="in_child")}
    equal(chains, {("take", "take_many", "fork_from_thread"), ("take", "take_many")})


@test
def a_million_locks_that_stay():
    count = 1000000
    recorded(BOUNDS, "grow", count)
    assert os.path.getsize("x.jam") <= 320 * MIB
    # One line a lock and one a site: too many for dictionaries.
    lines = run(LOCKJAM, "dump", "--raw", "x.jam").stdout
    equal(lines.count("\nlock "), count)
    equal(len(re.findall(r"\nsite .*\bacquisitions=1 ", lines)), count)
    equal(re.findall(r"\n(?:lost|damage) .*", lines), [])


def disturbed(how, path="x.jam"):
    output = os.path.abspath("x.jam")
    result = recorded(BOUNDS, "grow", 40000, how, env={"LOCKJAM_OUTPUT": output})
    equal(result.stdout, "unaffected\n")
    return Dump(path)


@test
def a_limit_of_the_file_size_is_a_loss():
    dump = disturbed("limit")
    assert dump.lost()[LOSS_NO_SPACE] > 10000, dump.lost()
    found = dump.total("acquisitions", kind="mutex")
    assert 20000 <= found < 40000, found
    assert os.path.getsize("x.jam") <= 16 * MIB


@test
def a_deleted_file_hurts_nobody():
    recorded(BOUNDS, "grow", 40000, "delete", env={"LOCKJAM_OUTPUT": os.path.abspath("x.jam")})
    equal(traces(), [])


@test
def a_renamed_file_stays_readable():
    dump = disturbed("rename", path="renamed")
    assert dump.total("acquisitions", kind="mutex") >= 20000


@test
def closed_descriptors_lose_nothing():
    dump = disturbed("close")
    dump.check_complete()
    equal(dump.total("acquisitions", kind="mutex"), 40000)


main()
