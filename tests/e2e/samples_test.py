#!/usr/bin/env python3
"""The samples: what their reports must say, exactly."""
import re

from harness import contains, equal, main, record, report, run, sample, test, the_lock, LOCKJAM

TELLERS, AUDITS, SEATS = 4, 4 * 25, 5


def recorded(name, argument, *options):
    result = record(sample(name), argument, options=["-q", "-o", "x.jam", *options])
    equal(result.returncode, 0, result.stderr)
    return report("x.jam")


def functions_of(stack):
    return [frame["function"] for frame in stack]


@test
def bank():
    transfers = 5000
    document = recorded("bank", transfers)
    journal = the_lock(document, "journal_mutex")
    equal(journal["acquisitions"], TELLERS * transfers + AUDITS)
    accounts = [lock for lock in document["locks"] if re.match(r"accounts\[[0-7]\]", lock["name"])]
    equal(len(accounts), 8)
    equal(sum(lock["acquisitions"] for lock in accounts), 2 * TELLERS * transfers)
    equal(sorted(thread["name"] for thread in document["threads"]),
          sorted(["bank"] + [f"teller-{i}" for i in range(TELLERS)]))
    equal(document["totals"]["threads"], 5)


@test
def bank_call_sites_have_lines_and_inlined_frames():
    document = recorded("bank", 1000)
    sites = the_lock(document, "journal_mutex")["sites"]
    equal(sum(site["acquisitions"] for site in sites), TELLERS * 1000 + AUDITS)
    names = {function for site in sites for function in functions_of(site["stack"])}
    for function in ("journal_append", "transfer", "teller", "audit"):
        assert function in names, f"{function} is not in {names}"
    for site in sites:
        frame = site["stack"][0]
        contains(frame["file"], "samples/bank.c")
        assert frame["line"] > 0


@test
def bank_blame_has_both_ends():
    document = recorded("bank", 150000)
    contended = [lock for lock in document["locks"] if lock["kind"] == "mutex" and lock["contended"]]
    assert contended
    for lock in contended:
        assert all(blame["waiter"] for blame in lock["blame"]), lock["blame"]
        # Several holders may follow one another during one wait; together they are to blame for it.
        assert sum(blame["count"] for blame in lock["blame"]) >= lock["contended"], lock["name"]
        assert sum(blame["wait_ns"] for blame in lock["blame"]) <= 1.01 * lock["wait_ns"], lock["name"]
    blockers = {frame["function"] for blame in the_lock(document, "journal_mutex")["blame"]
                for frame in blame["blocker"]}
    assert {"journal_append", "audit"} <= blockers, blockers


@test
def philosophers():
    meals = 3000
    document = recorded("philosophers", meals)
    for seat in range(SEATS):
        equal(the_lock(document, f"forks[{seat}]")["acquisitions"], 2 * meals, f"fork {seat}")
    equal(document["totals"]["threads"], SEATS + 1)


@test
def producer_consumer():
    items = 4000
    document = recorded("producer_consumer", items)
    mutexes = [lock for lock in document["locks"] if lock["kind"] == "mutex"]
    equal(len(mutexes), 1)
    contains(functions_of(mutexes[0]["created"]), "queue_new")
    contains(mutexes[0]["name"], "queue_new")
    conditions = [lock for lock in document["locks"] if lock["kind"] == "cond"]
    equal(len(conditions), 2)
    waits = sum(lock["acquisitions"] for lock in conditions)
    # Every condition wait gets the mutex back, beside the one push and pop of each item.
    equal(mutexes[0]["acquisitions"], 4 * items + waits)


@test
def pool():
    jobs = 5000
    document = recorded("pool", jobs)
    names = {lock["name"]: lock for lock in document["locks"]}
    for name, kind in (("Pool::mu", "mutex"), ("Pool::wake", "cond"), ("Pool::cache_mu", "rwlock")):
        assert name in names, f"{name} is not in {sorted(names)}"
        equal(names[name]["kind"], kind)
    modes = {site["mode"] for site in names["Pool::cache_mu"]["sites"]}
    equal(modes, {"exclusive", "shared"})
    shared = sum(site["acquisitions"] for site in names["Pool::cache_mu"]["sites"] if site["mode"] == "shared")
    equal(shared, jobs)


@test
def waiting_beside_the_critical_path_misleads():
    document = recorded("misleading_wait", 100, "--events=all")
    chat, ledger = the_lock(document, "chat"), the_lock(document, "ledger")
    assert chat["contended"] > 0
    equal(ledger["contended"], 0)
    assert ledger["critical_path_share"] > 0.8, ledger["critical_path_share"]
    assert chat["critical_path_share"] < 0.1, chat["critical_path_share"]
    equal({site["critical_path_share"] > 0.5: functions_of(site["stack"])[0] for site in ledger["sites"]}[True],
          "write_entry")
    assert "Waiting misleads" in run(LOCKJAM, "report", "x.jam").stdout


@test
def without_events_there_is_no_critical_path():
    document = recorded("misleading_wait", 5, "--events=off")
    assert all("critical_path_share" not in lock for lock in document["locks"])
    assert "critical" not in run(LOCKJAM, "report", "x.jam").stdout


@test
def several_traces_at_once():
    recorded("bank", 1000)
    record(sample("philosophers"), 1000, options=["-q", "-o", "y.jam"])
    document = report("x.jam", "y.jam")
    equal(the_lock(document, "journal_mutex")["acquisitions"], TELLERS * 1000 + AUDITS)
    equal(the_lock(document, "forks[0]")["acquisitions"], 2000)


@test
def every_event_mode_counts_the_same():
    for mode in ("off", "blocking", "all"):
        document = recorded("philosophers", 2000, f"--events={mode}")
        equal(the_lock(document, "forks[2]")["acquisitions"], 4000, mode)


@test
def the_text_report_names_locks_and_sites():
    recorded("bank", 20000)
    result = run(LOCKJAM, "report", "x.jam")
    equal(result.returncode, 0)
    for word in ("journal_mutex", "journal_append", "bank.c"):
        contains(result.stdout, word)


main()
