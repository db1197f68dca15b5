#!/usr/bin/env python3
"""Every row of preload/hook_table.h fires on this libc: its effect is in the trace.

The cases and their effects come from the program, which has them from the table.
"""
import os
import re

from harness import PRELOAD, TOP, equal, main, run, test
from preload_trace import Dump, recorded, target

HOOKS = target("hooks")
ENDED, MAIN = 8, 1
BLOCK_HOLDING = 16


def cases():
    result = run(HOOKS, env={"LD_PRELOAD": PRELOAD})
    equal(result.returncode, 0, result.stdout)
    return [line.split("\t") for line in result.stdout.splitlines()]


# --- effects: each gets the dump, the name of the case's function, and the effect's other words ---

def created(dump, function, kind):
    locks = [lock for lock in dump["lock"] if dump.caller(lock["created_stack"]) == function]
    equal([lock["kind"] for lock in locks], [kind])
    assert locks[0]["id"] in {event["lock"] for event in dump["event"] if event["kind"] == "lock-born"}


def destroyed(dump, _function, kind):
    locks = [lock for lock in dump["lock"] if lock["is_dead"]]
    equal([lock["kind"] for lock in locks], [kind])
    assert locks[0]["destroyed_ns"] > 0
    equal([event["lock"] for event in dump["event"] if event["kind"] == "lock-dead"], [locks[0]["id"]])


def blocked(dump, function, call):
    calls = {misuse["call"] for misuse in dump["misuse"]
             if misuse["kind"] == BLOCK_HOLDING and dump.caller(misuse["stack"]) == function}
    equal({str(found) for found in calls}, {call})


def acquired(dump, function, kind, mode):
    equal(dump.total("acquisitions", function=function, kind=kind, mode=mode), 1)
    equal(len(dump.sites(function=function)), 1)


def tried(dump, function, kind, mode):
    equal(dump.total("acquisitions", function=function, kind=kind, mode=mode), 1)
    equal(dump.total("try_failures", function=function, kind=kind, mode=mode), 1)
    equal(dump.total("contended", function=function), 0)


def timed(dump, function, kind, mode):
    equal(dump.total("acquisitions", function=function, kind=kind, mode=mode), 1)
    equal(dump.total("timeouts", function=function, kind=kind, mode=mode), 1)
    equal(dump.total("failures", function=function), 0)


def timed_out(dump, function, kind):
    equal(dump.total("timeouts", function=function, kind=kind), 1)
    equal(dump.total("acquisitions", function=function, kind=kind), 0)
    # The mutex was given up for the wait and taken again.
    equal(dump.total("acquisitions", function=function, kind="mutex"), 1)


def kept(dump, function, kind):
    equal(dump.total("acquisitions", function=function, kind=kind), 1)
    equal([lock["is_dead"] for lock in dump["lock"] if lock["kind"] == kind], [0])


def futex_timed_out(dump, function):
    equal(dump.total("timeouts", function=function, kind="custom"), 1)
    equal(dump.total("acquisitions", function=function), 0)


def released(dump, _function, preparation):
    equal(dump.total("releases", function=preparation), 1)
    equal(len([event for event in dump["event"] if event["kind"] == "release"]), 1)


def forwarded(dump, _function):
    # That the mutex is usable afterwards, the program itself has checked.
    equal(dump.total("acquisitions", function="prepare_robust", kind="mutex"), 1)
    equal(dump.total("acquisitions", function="prepare_mutex_used", kind="mutex"), 1)


def initialised(dump, function):
    # The second call found it done.
    equal(dump.total("acquisitions", function=function, kind="once"), 1)
    equal(dump.total("releases", function=function, kind="once"), 1)
    equal(dump.total("contended", function=function), 0)


def waited(dump, function, preparation="prepare_mutex"):
    waits = dump.total("acquisitions", function=function, kind="cond")
    assert waits >= 1
    equal(dump.total("contended", function=function, kind="cond"), waits)
    equal(dump.total("acquisitions", function=function, kind="mutex"), waits)
    equal(dump.total("releases", function=preparation, kind="mutex"), 1)


def woke(dump, function, kind, is_all=False):
    woken = [lock for lock in dump["lock"] if dump.caller(lock["wake_stack"]) == function]
    equal([(lock["kind"], lock["wakes"]) for lock in woken], [(kind, 1)])
    wakes = [event for event in dump["event"]
             if event["kind"] == "wake" and dump.locks[event["lock"]]["kind"] == kind]
    equal([(event["lock"], event["flags"] & 1) for event in wakes], [(woken[0]["id"], int(bool(is_all)))])


def thread_created(dump, function):
    children = [thread for thread in dump["thread"] if dump.caller(thread["create_stack"]) == function]
    equal([thread["parent"] for thread in children], [1])
    creates = [event for event in dump["event"] if event["kind"] == "create"]
    equal([(event["created"], dump.caller(event["stack"])) for event in creates], [(children[0]["id"], function)])
    assert children[0]["tid"] > 0 and children[0]["flags"] & ENDED


def thread_joined(dump, function, *_):
    joins = [event for event in dump["event"] if event["kind"] == "join"]
    equal([dump.caller(event["stack"]) for event in joins], [function])
    child = [thread for thread in dump["thread"] if thread["id"] == joins[0]["joined"]]
    equal([thread["joiner"] for thread in child], [1])


def joined_after_try(dump, function):
    thread_joined(dump, function)
    assert dump.total("try_failures", function=function, kind="thread") >= 1


def joined_after_timeout(dump, function):
    thread_joined(dump, function)
    equal(dump.total("timeouts", function=function, kind="thread"), 1)


def thread_flag(dump, _function, flag):
    equal([thread["flags"] & int(flag) for thread in dump["thread"] if not thread["flags"] & MAIN], [int(flag)])


def main_thread(dump):
    threads = [thread for thread in dump["thread"] if thread["flags"] & MAIN]
    equal(len(threads), 1)
    return threads[0]


def main_flag(dump, _function, flag):
    assert main_thread(dump)["flags"] & int(flag)
    assert main_thread(dump)["end_ns"] > 0


def main_name(dump, _function, name):
    equal(main_thread(dump)["name"], name)


def forked(dump, function):
    forks = [event for event in dump["event"] if event["kind"] == "fork"]
    equal([dump.caller(event["stack"]) for event in forks], [function])


def unloaded(dump, _function, library):
    first = [module for module in dump["module"] if module["path"].endswith("/" + library)]
    equal([module["last_generation"] for module in first], [0], "the second library took the first one's addresses")
    equal(dump.header["module_generation"], 1)


EFFECTS = (
    ("created (.*)", created), ("destroyed (.*)", destroyed), ("acquired (.*) (.*)", acquired),
    ("tried (.*) (.*)", tried), ("timed out (.*)", timed_out),
    ("futex timed out", futex_timed_out), ("kept (.*)", kept), ("timed (.*) (.*)", timed),
    ("released (.*)", released), ("forwarded", forwarded), ("initialised", initialised), ("waited", waited), ("waited after (.*)", waited), ("woke (\\S*)", woke),
    ("woke (.*) (all)", woke), ("thread created", thread_created), ("thread joined", thread_joined),
    ("thread joined after a try", joined_after_try), ("thread joined after a timeout", joined_after_timeout),
    ("thread flag (.*)", thread_flag), ("main thread flag (.*)", main_flag), ("main thread name (.*)", main_name),
    ("forked", forked), ("unloaded (.*)", unloaded), ("blocked (.*)", blocked),
)


def check_effect(dump, name, effect):
    for pattern, check in EFFECTS:
        match = re.fullmatch(pattern, effect)
        if match:
            check(dump, f"case_{name}", *match.groups())
            return
    raise AssertionError(f"effect {effect!r} is not known")


def check_case(name, effect):
    recorded(HOOKS, name, events="all", output=f"{name}.jam")
    check_effect(Dump(f"{name}.jam"), name, effect)


def define(name, effect):
    def check():
        check_case(name, effect)
    check.__name__ = f"hook_{name}"
    test(check)


@test
def every_row_of_the_table_has_a_case():
    with open(os.path.join(TOP, "preload", "hook_table.h"), encoding="utf-8") as file:
        rows = re.findall(r"^ +JAM_HOOK(_COMPAT)?\([\w ]+\*?, (\w+),", file.read(), re.M)
    expected = [name + suffix.lower() for suffix, name in rows]
    equal([name for name, _, _ in cases()], expected)


@test
def every_symbol_is_found_in_the_preload():
    for name, _, path in cases():
        equal(os.path.basename(path), "liblockjam.so", name)


for case, what, _ in cases():
    define(case, what)
main()
