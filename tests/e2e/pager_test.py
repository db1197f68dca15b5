#!/usr/bin/env python3
"""Long texts go through a pager if, and only if, standard output is a terminal."""
import os
import pty
import subprocess

from harness import LIMIT_SECONDS, LOCKJAM, clean_environment, equal, main, record, sample, target, test

PAGER = "#!/bin/sh\ncat > paged\necho end of \"$1\"\n"


def a_trace():
    equal(record(target("counter"), 2, 100, "exit:0", options=["-q", "-o", "x.jam"]).returncode, 0)
    with open("pager", "w", encoding="utf-8") as file:
        file.write(PAGER)
    os.chmod("pager", 0o755)


def read_to_end(master):
    text = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # nobody has the terminal any more
            return text.decode(errors="replace")
        text += data


def on_terminal(*arguments, **environment):
    """What is seen on the terminal, and the exit status."""
    master, slave = pty.openpty()
    process = subprocess.Popen([LOCKJAM, *arguments], stdin=slave, stdout=slave, stderr=subprocess.DEVNULL,
                               env=clean_environment(environment))
    os.close(slave)
    text = read_to_end(master)
    os.close(master)
    return text, process.wait(timeout=LIMIT_SECONDS)


def paged():
    """What the pager was given, None if it was not started."""
    if not os.path.exists("paged"):
        return None
    with open("paged", encoding="utf-8") as file:
        text = file.read()
    os.remove("paged")
    return text


@test
def a_text_on_a_terminal_is_paged():
    a_trace()
    for command, word in (("report", "Locks by wait"), ("check", "passed"), ("hang", "wait")):
        seen, status = on_terminal(command, "x.jam", LOCKJAM_PAGER="./pager  text", PAGER="false")
        equal((seen.strip(), status), ("end of text", 0), command)
        assert word in paged(), command
    seen, _ = on_terminal("report", "x.jam", PAGER="./pager text")
    equal(seen.strip(), "end of text")
    assert "\x1b[" in paged(), "colours as without a pager"


@test
def nothing_else_is_paged():
    a_trace()
    cases = (["report", "--no-pager", "x.jam"], ["report", "-f", "json", "x.jam"], ["report", "-o", "text", "x.jam"],
             ["check", "--no-pager", "x.jam"], ["check", "-f", "sarif", "x.jam"], ["hang", "--no-pager", "x.jam"],
             ["check", "--", target("counter"), "2", "100", "exit:0"])
    for arguments in cases:
        seen, status = on_terminal(*arguments, LOCKJAM_PAGER="./pager text")
        equal((status, paged()), (0, None), arguments)
        equal(bool(seen), "-o" not in arguments, arguments)
    result = subprocess.run([LOCKJAM, "report", "x.jam"], capture_output=True, text=True, check=True,
                            env=clean_environment({"LOCKJAM_PAGER": "./pager text"}))
    assert "Locks by wait" in result.stdout
    equal(paged(), None)


@test
def without_a_pager_the_text_is_there():
    a_trace()
    for wish in ("", "  ", "cat", "./no-such-pager -x", "./x.jam"):
        seen, status = on_terminal("report", "x.jam", LOCKJAM_PAGER=wish)
        equal(status, 0, wish)
        assert "Locks by wait" in seen, (wish, seen)


@test
def a_pager_that_ends_early_changes_no_status():
    a_trace()
    seen, status = on_terminal("report", "-v", "-n", "0", "x.jam", LOCKJAM_PAGER="true")
    equal((seen, status), ("", 0))
    record(sample("deadlock_mutex"), options=["-q", "-o", "dead.jam", "--on-deadlock=abort"])
    seen, status = on_terminal("check", "dead.jam", LOCKJAM_PAGER="head -n 1")
    equal((len(seen.splitlines()), status), (1, 66), seen)


main()
