#!/usr/bin/env python3
"""Signals, job control and process trees under `lockjam record`."""
import os
import pty
import re
import select
import signal
import time

from harness import (LIMIT_SECONDS, LOCKJAM, PRELOAD, clean_environment, contains, equal, main, record,
                     report, run, start, target, test, the_lock, traces)


def read_until(process, line):
    seen = []
    for text in process.stdout:
        seen.append(text.strip())
        if seen[-1] == line:
            return seen
    raise AssertionError(f"no {line!r} in {seen}")


@test
def forwards_signals_once():
    process = start(LOCKJAM, "record", "-q", target("signals"))
    read_until(process, "ready")
    numbers = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1)
    for number in numbers:
        process.send_signal(number)
        equal(read_until(process, f"got {number:02}"), [f"got {number:02}"])
    process.terminate()
    rest = process.stdout.read()
    equal(rest, f"got {signal.SIGTERM:02}\n")
    equal(process.wait(), 42)


@test
def dies_like_a_target_that_does_not_catch():
    process = start(LOCKJAM, "record", "-q", target("counter"), 2, 10, "pause")
    read_until(process, "ready 20")
    process.send_signal(signal.SIGUSR1)
    process.stdout.close()
    equal(process.wait(), 128 + signal.SIGUSR1)
    equal(the_lock(report(*traces()), "counter_mutex")["acquisitions"], 20)


@test
def the_target_starts_with_our_signal_state():
    pattern = "Sig(Blk|Ign|Cgt)"
    expected = run("grep", "-E", pattern, "/proc/self/status").stdout
    equal(record("grep", "-E", pattern, "/proc/self/status").stdout, expected)
    script = f"trap '' HUP CHLD USR1; exec {{}} grep -E '{pattern}' /proc/self/status"
    expected = run("bash", "-c", script.format("")).stdout
    equal(run("bash", "-c", script.format(f"{LOCKJAM} record -q")).stdout, expected)


@test
def an_ignored_sigchld_does_not_hide_the_status():
    result = run("bash", "-c", f"trap '' CHLD; exec {LOCKJAM} record -q {target('counter')} 1 1 exit:7")
    equal(result.returncode, 7)


class Terminal:
    """A shell with job control on a terminal of its own."""

    def __init__(self, script):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe("bash", ["bash", "--norc", "-c", f"set -m; {script}"], clean_environment())
        self.text = ""

    def expect(self, pattern):
        deadline = time.monotonic() + LIMIT_SECONDS
        while not re.search(pattern, self.text):
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {pattern!r} in {self.text!r}"
            try:
                data = os.read(self.master, 4096)
            except OSError:
                data = b""
            assert data, f"the end, and no {pattern!r} in {self.text!r}"
            self.text += data.decode(errors="replace")
        self.text = re.split(pattern, self.text, maxsplit=1)[-1]

    def type(self, keys):
        os.write(self.master, keys)

    def __enter__(self):
        return self

    def __exit__(self, *_failure):
        for child in children(self.pid):
            os.kill(child, signal.SIGCONT)
            os.kill(child, signal.SIGTERM)
        os.close(self.master)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]


@test
def a_key_reaches_the_target_once():
    with Terminal(f"{LOCKJAM} record -q {target('signals')}; echo status $?") as terminal:
        terminal.expect("ready")
        terminal.type(b"\x03")
        terminal.expect("got 02")
        terminal.type(b"\x1c")
        terminal.expect("got 03")
        assert "got 02" not in terminal.text
        os.kill(children(terminal.pid)[0], signal.SIGTERM)
        terminal.expect("got 15")
        assert "got 0" not in terminal.text
        terminal.expect("status 42")


@test
def a_job_can_be_stopped_and_continued():
    script = f"{LOCKJAM} record -q {target('signals')}; echo stopped $?; fg; echo status $?"
    with Terminal(script) as terminal:
        terminal.expect("ready")
        job = children(terminal.pid)[0]
        terminal.type(b"\x1a")
        terminal.expect(r"stopped 14[78]")
        terminal.expect("signals")
        os.kill(job, signal.SIGUSR1)
        terminal.expect("got 10")
        os.kill(job, signal.SIGTERM)
        terminal.expect("status 42")


@test
def follows_forks():
    equal(record(target("family"), 5, 100).returncode, 0)
    found = traces()
    equal(len(found), 6, str(found))
    pids = {report(path)["process"]["pid"] for path in found}
    equal(len(pids), 6)
    for path in found:
        equal(the_lock(report(path), "family_mutex")["acquisitions"], 100, path)


@test
def forks_share_a_named_output():
    record(target("family"), 3, 10, options=["-o", "x.jam"])
    found = traces()
    equal(len(found), 4, str(found))
    pids = {str(report(path)["process"]["pid"]) for path in found if path != "./x.jam"}
    equal({path.split("x.jam.")[1] for path in found if path != "./x.jam"}, pids)


@test
def follow_fork_no_records_the_parent_alone():
    record(target("family"), 3, 10, options=["--follow-fork=no"])
    equal(len(traces()), 1)


@test
def follows_executed_programs():
    result = record(target("family"), 1, 10, target("family"), 1, 20, target("counter"), 2, 30, "exit:5")
    equal(result.returncode, 5)
    found = traces()
    equal(len(found), 5, str(found))
    sums = sorted(lock["acquisitions"] for path in found for lock in report(path)["locks"]
                  if lock["name"] in ("family_mutex", "counter_mutex"))
    equal(sums, [10, 10, 20, 20, 60])
    equal(len({report(path)["process"]["pid"] for path in found}), 3)
    ends = [report(path)["process"] for path in found if "counter" in report(path)["process"]["executable"]]
    equal([process.get("exit_status") for process in ends], [5])


@test
def an_executed_program_keeps_a_named_output_apart():
    record(target("family"), 0, 10, target("counter"), 1, 20, "exit:0", options=["-o", "x.jam"])
    sums = sorted(the_lock(report(path), name)["acquisitions"] for path, name in
                  zip(sorted(traces(), key=len), ("family_mutex", "counter_mutex")))
    equal(sums, [10, 20])


@test
def a_shell_pipeline_is_followed():
    script = f"{target('counter')} 1 11 exit:0 | cat; {target('counter')} 1 12 exit:0"
    contains(record("bash", "-c", script, options=["-o", "x.jam"]).stdout, "ready 11\nready 12\n")
    sums = sorted(lock["acquisitions"] for path in traces() for lock in report(path)["locks"]
                  if lock["name"] == "counter_mutex")
    equal(sums, [11, 12])


@test
def a_daemon_outlives_the_recording():
    script = f"setsid {target('counter')} 1 5 pause >log 2>&1 & echo $!"
    result = record("bash", "-c", script, options=["-q"])
    equal(result.returncode, 0)
    pid = int(result.stdout)
    try:
        wait_for("log", "ready 5")
        equal(report(*traces())["process"]["ended"], "running")
    finally:
        os.kill(pid, signal.SIGKILL)


def wait_for(path, text):
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                if text in file.read():
                    return
        assert time.monotonic() < deadline, f"no {text!r} in {path}"
        os.sched_yield()


@test
def a_trace_can_be_read_while_the_target_runs():
    process = start(target("counter"), 4, 1000, "pause", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"})
    read_until(process, "ready 4000")
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 4000)
    process.kill()
    process.stdout.close()
    process.wait()


main()
