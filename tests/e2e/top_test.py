#!/usr/bin/env python3
"""lockjam top, in a terminal (tmux) and in a pipe."""
import contextlib
import re
import subprocess

from harness import LOCKJAM, PRELOAD, contains, equal, main, run, start, target, test
from tmux import Tmux


@contextlib.contextmanager
def traffic(*arguments):
    """A program that contends for hot_mutex, with a thread parked for ever."""
    with start(target("traffic"), *arguments, env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}, stdin=subprocess.PIPE) as process:
        equal(process.stdout.readline(), "ready\n")
        yield process
        process.stdin.close()
        equal(process.wait(), 0)


def table(screen):
    """[(wait, waits, acquired, held, name)]"""
    return re.findall(r"^[> ] *(\S+ ?\S*) +([\d,]+) +([\d,]+) +(\S+ ?\S*)  (\S.*?) *$", screen, re.M)


@test
def shows_locks_and_who_is_blocked():
    with traffic() as process, Tmux(LOCKJAM, "top", "--interval=0.5", process.pid) as terminal:
        # The wait for the program's beginning stands in the picture of its interval.
        screen = terminal.wait_for("hot_mutex (mutex)", "blocked now", "parked_mutex (mutex)",
                                   absent=["since its start", "begun (sem)"])
        contains(screen, f"traffic (pid {process.pid})")
        assert re.search(r"parked \(tid \d+\) waits for parked_mutex at parked traffic.c:\d+; held by traffic", screen), screen
        names = [row[4] for row in table(screen)]
        equal(set(names), {"hot_mutex (mutex)", "parked_mutex (mutex)"})
        equal(re.findall(r"^>", screen, re.M), [">"])
        terminal.send("q")
        while not terminal.is_over():
            pass


@test
def keys_sort_and_drill_in():
    with traffic() as process, Tmux(LOCKJAM, "top", "--interval=0.2", process.pid) as terminal:
        # The wait for the program's beginning stands in the picture of its interval.
        terminal.wait_for("wait*", "hot_mutex (mutex)", absent=["since its start", "begun (sem)"])
        terminal.send("a")
        screen = terminal.wait_for("acquired*", "hot_mutex (mutex)")
        equal(table(screen)[0][4], "hot_mutex (mutex)")
        terminal.send("h")
        terminal.wait_for("held*")
        terminal.send("a")
        terminal.wait_for("acquired*")
        terminal.send("Enter")
        screen = terminal.wait_for("call site of hot_mutex", "busy traffic.c:")
        assert "parked_mutex" not in screen, screen
        terminal.send("Escape")
        terminal.wait_for("parked_mutex (mutex)")
        terminal.send("Down")
        terminal.wait_for(line=r"^>.* parked_mutex \(mutex\)")
        terminal.send("Enter")
        terminal.wait_for("call site of parked_mutex")
        terminal.send("b", "Space")
        terminal.wait_for("paused")


@test
def the_chosen_lock_stays_chosen_when_rows_move():
    with traffic() as process, Tmux(LOCKJAM, "top", "--interval=0.2", process.pid) as terminal:
        screen = terminal.wait_for("parked_mutex (mutex)", "hot_mutex (mutex)", absent=["since its start", "begun (sem)"])
        equal(table(screen)[0][4], "hot_mutex (mutex)")
        terminal.send("Down")
        terminal.wait_for(line=r"^>.* parked_mutex \(mutex\)")
        terminal.send("Up")
        terminal.wait_for(line=r"^>.* hot_mutex \(mutex\)")
        process.stdin.write("quiet\n")
        process.stdin.flush()
        terminal.wait_for(line=r"^ .* parked_mutex \(mutex\) *\n> *0 +0 +0 +0  hot_mutex \(mutex\)")
        terminal.send("Enter")
        terminal.wait_for("call site of hot_mutex")


@test
def a_long_table_scrolls_to_the_chosen_lock():
    with traffic("shelf") as process, Tmux(LOCKJAM, "top", "--interval=0.5", process.pid, rows=16) as terminal:
        screen = terminal.wait_for("hot_mutex (mutex)", "shelf", absent=["since its start", "begun (sem)"])
        equal(len(table(screen)), 8)
        for _ in range(12):
            terminal.send("Down")
        terminal.wait_for(line=r"^>.* shelf\S* \(mutex\)")


@test
def fits_the_terminal():
    with traffic() as process, Tmux(LOCKJAM, "top", "--interval=0.2", process.pid, columns=60, rows=8) as terminal:
        screen = terminal.wait_for("lockjam top", "hot_mutex")
        equal(screen.count("\n") <= 8, True)
        terminal.resize(120, 30)
        terminal.wait_for("held by traffic")


@test
def end_of_the_program_is_said():
    with traffic() as process, Tmux(LOCKJAM, "top", "--interval=0.2", process.pid) as terminal:
        terminal.wait_for("hot_mutex")
        process.stdin.close()
        process.wait()
        terminal.wait_for("has ended")


@test
def pipe_gets_plain_pictures():
    with traffic() as process:
        result = run(LOCKJAM, "top", "--count=2", "--interval=0.3", process.pid)
        equal(result.returncode, 0, result.stderr)
        equal(result.stdout.count("lockjam top: traffic"), 2)
        assert "\033" not in result.stdout
        contains(result.stdout, "hot_mutex (mutex)")
        contains(result.stdout, "parked (tid ")


@test
def target_is_not_stopped():
    with traffic() as process:
        before = run(LOCKJAM, "top", "--count=1", "--interval=0.2", process.pid).stdout
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
            assert "TracerPid:\t0" in file.read()
        assert any(int(row[2].replace(",", "")) > 0 for row in table(before)), before


@test
def wrong_processes_are_refused():
    for operand, status in (("0x12", 2), ("1", 4), ("99999999", 4)):
        result = run(LOCKJAM, "top", operand)
        assert result.returncode in (status, 3), (operand, result.returncode, result.stderr)
        assert result.stderr.startswith("lockjam top: "), result.stderr
    equal(run(LOCKJAM, "top").returncode, 2)
    equal(run(LOCKJAM, "top", "--interval=0", "1").returncode, 2)


main()
