#!/usr/bin/env python3
"""Shell completion, in the shells themselves."""
import os
import re
import shutil
import subprocess

from harness import LOCKJAM, TOP, Skip, contains, equal, main, run, test
from tmux import Tmux


def script(shell):
    if not shutil.which(shell):
        raise Skip(f"{shell} is not installed")
    result = run(LOCKJAM, f"--completion={shell}")
    equal(result.returncode, 0)
    name = f"completion.{shell}"
    with open(name, "w", encoding="utf-8") as file:
        file.write(result.stdout)
    return name


def commands():
    return re.findall(r"^  (\w+) ", run(LOCKJAM, "help").stdout, re.M)


def bash(*words):
    """What Tab offers after these words, the last of which is being typed."""
    quoted = " ".join(f"'{word}'" for word in ("lockjam", *words))
    result = run("bash", "--norc", "-c", f". ./{script('bash')}; COMP_WORDS=({quoted}); COMP_CWORD={len(words)};"
                 " _lockjam; printf '%s\\n' \"${COMPREPLY[@]}\"")
    equal(result.stderr, "")
    return result.stdout.split()


@test
def bash_completes():
    equal([word for word in bash("") if not word.startswith("-")], commands())
    equal(bash("rep"), ["report"])
    assert {"--by=", "--format=", "--quiet", "--help"} <= set(bash("report", "--"))
    equal(bash("report", "--by", "=", "s"), ["site"])
    assert {"lock", "site", "class", "thread"} <= set(bash("report", "--by", "=")), bash("report", "--by", "=")
    equal(bash("report", "-f", "h"), ["html"])
    open("some.jam", "w", encoding="utf-8").close()
    equal(bash("report", "some"), ["some.jam"])
    equal(bash("report", "-o", "som"), ["some.jam"])
    equal(bash("help", "dum"), ["dump"])
    contains(" ".join(bash("record", "--", "bas")), "bash")


def fish(line):
    name = script("fish")
    result = run("fish", "--no-config", "-c", f"source {name}; complete -C '{line}'", env={"HOME": os.getcwd()})
    equal(result.stderr, "")
    return [offer.split("\t")[0] for offer in result.stdout.splitlines()]


@test
def fish_completes():
    equal(sorted(fish("lockjam ")), sorted(commands()))
    assert {"--by", "--format", "--quiet"} <= set(fish("lockjam report --")), fish("lockjam report --")
    assert {"--by=lock", "--by=site"} <= set(fish("lockjam report --by=")), fish("lockjam report --by=")
    equal(sorted(fish("lockjam export -t lock")), ["lock_report", "locks"])


@test
def zsh_completes():
    with open(script("zsh"), encoding="utf-8") as file:
        text = file.read()
    os.mkdir("functions")
    with open("functions/_lockjam", "w", encoding="utf-8") as file:
        file.write(text)
    equal(run("zsh", "-fn", "functions/_lockjam").stderr, "")
    with Tmux("zsh", "-f") as terminal:
        terminal.send("PROMPT='%% '; fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -D; clear; echo be''gun", "Enter")
        terminal.wait_for("begun")
        terminal.send("lockjam rep", "Tab")
        terminal.wait_for("lockjam report")
        terminal.send("--by=", "Tab", "Tab")
        terminal.wait_for("class")
        contains(terminal.screen(), "thread")
        terminal.send("C-u", "lockjam export --tab", "Tab")
        terminal.wait_for("--table=")


@test
def install_puts_them_where_shells_look():
    result = run("make", "-s", "-C", TOP, "install", f"DESTDIR={os.getcwd()}/root", "PREFIX=/usr",
                 f"B={os.path.dirname(LOCKJAM)}", "-o", "all")
    equal(result.returncode, 0, result.stderr)
    for path, words in (("bash-completion/completions/lockjam", "complete -F"), ("zsh/site-functions/_lockjam", "#compdef"),
                        ("fish/vendor_completions.d/lockjam.fish", "complete -c lockjam")):
        with open(f"root/usr/share/{path}", encoding="utf-8") as file:
            contains(file.read(), words)
    for name in commands():
        page = f"root/usr/share/man/man1/lockjam-{name}.1"
        assert os.path.exists(page) or name == "help", page


main()
