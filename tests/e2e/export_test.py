#!/usr/bin/env python3
"""lockjam export: what other tools get, read by those tools where there is one."""
import collections
import csv
import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess

from harness import (LIMIT_SECONDS, LOCKJAM, TOP, Skip, contains, equal, main, record, report, run, sample, start,
                     target, test, the_lock)

TELLERS = 4


def export(form, *options, trace="x.jam"):
    result = run(LOCKJAM, "export", f"--format={form}", *options, trace)
    equal(result.returncode, 0, result.stderr)
    return result.stdout


def record_bank(transfers=100000, *options):
    equal(record(sample("bank"), transfers, options=["-q", "-o", "x.jam", *options]).returncode, 0)


def lock_waits(document):
    """Waiting time of what counts as a lock, as pprof and collapsed do."""
    return sum(lock["wait_ns"] for lock in document["locks"] if lock["kind"] == "mutex")


def collapsed(*options):
    """{(frames.., lock): ns}"""
    stacks = collections.Counter()
    for line in export("collapsed", *options).splitlines():
        frames, value = line.rsplit(" ", 1)
        stacks[tuple(frames.split(";"))] += int(value)
    return stacks


@test
def collapsed_stacks_add_up():
    record_bank()
    document = report("x.jam")
    waiters = collapsed()
    equal(sum(waiters.values()), lock_waits(document))
    for stack in waiters:
        assert re.fullmatch(r"\[(journal_mutex|accounts\[\d\]\.mutex)\]", stack[-1]), stack
    assert any("teller" in stack and stack.index("teller") < stack.index("transfer")
               for stack in waiters if "transfer" in stack), list(waiters)[:3]
    blockers = collapsed("--side=blocker")
    blamed = sum(blame["wait_ns"] for lock in document["locks"] if lock["kind"] == "mutex"
                 for blame in lock["blame"])
    equal(sum(blockers.values()), blamed)
    everything = collapsed("--waits=all")
    equal(sum(everything.values()), document["totals"]["wait_ns"])


def pprof(*arguments):
    if not shutil.which("go"):
        raise Skip("go is not installed (package golang-go)")
    result = run("go", "tool", "pprof", *arguments, env={"HOME": os.getcwd(), "GOFLAGS": "-mod=mod"})
    equal(result.returncode, 0, result.stderr)
    return result.stdout


def top_rows(text):
    """{function: (flat, cum)} of `pprof -top -unit=ns`."""
    return {match[3]: (float(match[1]), float(match[2])) for match in
            re.finditer(r"^ *([\d.]+)(?:ns)? +[\d.]+% +[\d.]+% +([\d.]+)(?:ns)? +[\d.]+%  (.*?)(?: \(inline\))?$", text, re.M)}


@test
def go_opens_the_profile_of_waiters():
    record_bank()
    document = report("x.jam")
    export("pprof", "-o", "x.pb.gz")
    text = pprof("-top", "-unit=ns", "-nodefraction=0", "x.pb.gz")
    contains(text, "Type: delay")
    rows = top_rows(text)
    journal = the_lock(document, "journal_mutex")
    in_append = sum(site["wait_ns"] for site in journal["sites"]
                    if site["stack"][0]["function"] == "journal_append")
    equal(round(rows["journal_append"][0]), in_append)
    equal(round(rows["teller"][1]), lock_waits(document), "everything is waited for below teller")
    counts = top_rows(pprof("-top", "-sample_index=contentions", "-nodefraction=0", "x.pb.gz"))
    equal(counts["teller"][1], sum(lock["contended"] for lock in document["locks"] if lock["kind"] == "mutex"))
    contains(pprof("-tags", "x.pb.gz"), "journal_mutex")
    contains(pprof("-list=journal_append", "-source_path=/", "x.pb.gz"), "bank.c")


@test
def go_opens_the_profile_of_blockers():
    record_bank()
    export("pprof", "--side=blocker", "-o", "x.pb.gz")
    rows = top_rows(pprof("-top", "-unit=ns", "-nodefraction=0", "x.pb.gz"))
    assert rows["audit"][0] > 0, rows
    contains(gzip.open("x.pb.gz").read().decode("latin-1"), "made others wait")


def check_nesting(events):
    """Slices of a row lie within each other or apart."""
    rows = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            rows[event["pid"], event["tid"]].append((event["ts"], -event["dur"], event))
    for row in rows.values():
        open_ends = []
        for begin, minus_duration, event in sorted(row, key=lambda item: item[:2]):
            end = begin - minus_duration
            while open_ends and open_ends[-1] <= begin + 1e-9:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1] + 1e-6, event
            open_ends.append(end)
    return rows


def check_arrows(events, rows):
    """Each arrow has two ends in the order of time, each on a slice; returns the pairs."""
    ends = collections.defaultdict(dict)
    for event in events:
        if event["ph"] in "sf":
            ends[event["id"]][event["ph"]] = event
    pairs = []
    for pair in ends.values():
        equal(set(pair), {"s", "f"})
        assert pair["s"]["ts"] <= pair["f"]["ts"]
        begin = [event for ts, minus_duration, event in rows[pair["s"]["pid"], pair["s"]["tid"]]
                 if ts == pair["s"]["ts"] and event["cat"] == "wait"]
        equal(len(begin), 1)
        pairs.append((begin[0], pair["f"]))
    return pairs


@test
def perfetto_has_slices_and_arrows():
    record_bank(20000, "--events=all")
    document = json.loads(export("perfetto"))
    events = document["traceEvents"]
    rows = check_nesting(events)
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    for teller in range(TELLERS):
        assert f"teller-{teller}" in names.values() and f"teller-{teller} holds" in names.values(), names
    holds = [event for event in events if event.get("cat") == "hold" and event["ph"] == "X"]
    equal(len(holds), 3 * TELLERS * 20000 + TELLERS * 25)
    pairs = check_arrows(events, rows)
    assert pairs
    for wait, end in pairs:
        assert names[end["tid"]].startswith(wait["args"]["until"]), (wait, end)


@test
def what_lasts_at_the_end_is_unfinished():
    with start(LOCKJAM, "record", "-q", "-o", "x.jam", "--", target("traffic"), stdin=subprocess.PIPE) as process:
        equal(process.stdout.readline(), "ready\n")
        waiting = lambda: [row["name"] for row in report("x.jam")["waiting"]]  # noqa: E731
        while "parked" not in waiting():
            pass
        process.stdin.close()
        equal(process.wait(LIMIT_SECONDS), 0)
    with open(os.path.join(TOP, "tests", "e2e", "traffic.c"), encoding="utf-8") as file:
        line = next(number for number, text in enumerate(file, 1) if "lock(&parked_mutex)" in text)
    with open_database() as database:
        equal(database.execute("SELECT thread, lock, waiter FROM wait_report WHERE is_unfinished"
                               " AND thread = 'parked'").fetchall(),
              [("parked", "parked_mutex", f"parked traffic.c:{line}")])
        equal(database.execute("SELECT t.name, l.name FROM holds JOIN threads t USING (thread_id)"
                               " JOIN locks l USING (lock_id) WHERE is_unfinished AND l.name = 'parked_mutex'").fetchall(),
              [("traffic", "parked_mutex")])
    events = json.loads(export("perfetto"))["traceEvents"]
    (wait,) = [event for event in events if event["name"] == "wait for parked_mutex"]
    equal(wait["args"].get("unfinished"), True)


@test
def perfetto_works_without_events():
    record_bank(1000, "--events=off")
    kinds = {event["ph"] for event in json.loads(export("perfetto"))["traceEvents"]}
    equal(kinds, {"M"})


def open_database(*options):
    export("sqlite", "-o", "x.db", *options)
    return sqlite3.connect("x.db")


@test
def sqlite_has_what_the_report_has():
    record_bank()
    document = report("x.jam")
    with open_database() as database:
        equal(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        equal(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        for lock in document["locks"]:
            row = database.execute("SELECT name, kind, acquisitions, contended, wait_ns, wait_max_ns, hold_ns,"
                                   " owner_changes FROM locks WHERE id = ?", (lock["id"],)).fetchone()
            equal(row, tuple(lock[key] for key in ("name", "kind", "acquisitions", "contended", "wait_ns",
                                                   "wait_max_ns", "hold_ns", "owner_changes")))
        equal(database.execute("SELECT count(*) FROM sites").fetchone()[0],
              sum(len(lock["sites"]) for lock in document["locks"]))
        equal(database.execute("SELECT sum(wait_ns), sum(count) FROM blames").fetchone(),
              (sum(blame["wait_ns"] for lock in document["locks"] for blame in lock["blame"]),
               sum(blame["count"] for lock in document["locks"] for blame in lock["blame"])))
        equal(database.execute("SELECT sum(count) FROM histograms WHERE what = 'wait'").fetchone()[0],
              document["totals"]["contended"])
        equal(set(database.execute("SELECT name FROM threads")), {(thread["name"],) for thread in document["threads"]})
        equal(database.execute("SELECT count(*) FROM waits").fetchone()[0], document["totals"]["contended"])
        stack = database.execute("SELECT function FROM frames WHERE stack_id = (SELECT stack_id FROM sites JOIN locks"
                                 " USING (lock_id) WHERE name = 'journal_mutex' ORDER BY sites.wait_ns DESC LIMIT 1)"
                                 " ORDER BY position").fetchall()
        equal(stack[0], ("journal_append",))


def documented_queries():
    with open(os.path.join(TOP, "docs", "sqlite.md"), encoding="utf-8") as file:
        return re.findall(r"^```sql\n(.*?)^```", file.read(), re.M | re.S)


@test
def documented_queries_answer():
    queries = documented_queries()
    assert len(queries) >= 10, len(queries)
    record_bank()
    with open_database() as database:
        for query in queries:
            assert database.execute(query).fetchall(), f"nothing: {query}"


@test
def documentation_names_every_table_and_column():
    record_bank(100)
    with open(os.path.join(TOP, "docs", "sqlite.md"), encoding="utf-8") as file:
        text = file.read()
    with open_database() as database:
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").fetchall():
            section = re.search(rf"^\| `{name}` \|(.*)$", text, re.M)
            assert section, f"{name} is not in docs/sqlite.md"
            for column in database.execute(f"PRAGMA table_info({name})"):
                contains(section[1], f"`{column[1]}`")


@test
def csv_is_a_table_of_the_database():
    record_bank()
    with open_database() as database:
        for name in "lock_report", "blame_report", "waits", "frames":
            cursor = database.execute(f"SELECT * FROM {name}")
            rows = list(csv.reader(io.StringIO(export("csv", f"--table={name}"))))
            equal(rows[0], [column[0] for column in cursor.description])
            equal(rows[1:], [["" if value is None else str(value) for value in row] for row in cursor])
    equal(export("csv"), export("csv", "--table=lock_report"))


@test
def every_table_choice_exists():
    record_bank(100)
    listed = re.search(r"table to print.*?\n(.*?)\n +-q", run(LOCKJAM, "help", "export").stdout, re.S)[1]
    choices = re.findall(r"[a-z_]+", listed)
    with open_database() as database:
        equal(sorted(choices), sorted(name for (name,) in database.execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")))


@test
def wrong_usage_is_said():
    record_bank(100)
    for options, words in (([], "which form"), (["--format=dot"], "--format"), (["--format=csv", "--table=x"], "--table")):
        result = run(LOCKJAM, "export", *options, "x.jam")
        equal(result.returncode, 2)
        contains(result.stderr, words)
    result = run(LOCKJAM, "export", "--format=sqlite", "-o", "x.jam", "x.jam")
    equal(result.returncode, 2)
    contains(result.stderr, "overwrite")
    equal(run(LOCKJAM, "export", "--format=csv", "none.jam").returncode, 3)
    result = run(LOCKJAM, "export", "--format=sqlite", "-o", "/dev/full", "x.jam")
    equal(result.returncode, 4)
    result = run("script", "-qec", f"{LOCKJAM} export --format=pprof x.jam", "/dev/null")
    equal(result.returncode, 2, result.stdout)
    contains(result.stdout, "-o")


@test
def several_processes_stay_apart():
    record_bank(2000)
    os.rename("x.jam", "a.jam")
    record_bank(2000)
    result = run(LOCKJAM, "export", "--format=csv", "-t", "lock_report", "a.jam", "x.jam")
    equal(result.returncode, 0)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    equal(sorted(row["name"] for row in rows).count("journal_mutex"), 2)
    equal(len({row["pid"] for row in rows}), 2)


main()
