#!/usr/bin/env python3
"""Blame adds up to the waits, however many holders took turns, and goes to who held the lock."""
from harness import equal, main, report, sample, test, the_lock, record
from preload_trace import recorded, target

THREADS, ROUNDS = 80, 500


@test
def more_holders_than_a_lock_remembers():
    recorded(target("holders"), THREADS, ROUNDS)
    lock = the_lock(report("x.jam"), "contended")
    equal(lock["acquisitions"], THREADS * ROUNDS)
    assert lock["contended"] > THREADS, lock["contended"]
    blamed = sum(blame["wait_ns"] for blame in lock["blame"])
    assert abs(blamed - lock["wait_ns"]) <= 0.001 * lock["wait_ns"], (blamed, lock["wait_ns"])


@test
def the_long_holder_has_most_of_the_blame():
    result = record(sample("bank"), 150000, options=["-q", "-o", "x.jam"])
    equal(result.returncode, 0, result.stderr)
    lock = the_lock(report("x.jam"), "journal_mutex")
    held = {site["stack"][0]["function"]: site["hold_ns"] for site in lock["sites"]}
    assert held["audit"] > 0.8 * lock["hold_ns"], held
    blamed = {}
    for blame in lock["blame"]:
        name = blame["blocker"][0]["function"] if blame["blocker"] else None
        blamed[name] = blamed.get(name, 0) + blame["wait_ns"]
    assert blamed["audit"] > 0.5 * lock["wait_ns"], blamed
    assert 0 < lock["hold_contended_ns"] <= lock["hold_ns"], lock["hold_contended_ns"]
    assert 0 < lock["holds_contended"] <= lock["releases"], lock["holds_contended"]


main()
