#!/usr/bin/env python3
"""Each scenario of the programs called scenarios ends and answers the same bare and recorded."""
import os

from harness import LOCKJAM, PRELOAD, Skip, equal, main, run, test, traces
from preload_trace import Dump, target

PROCESS, LIMITS = target("scenarios_process"), target("scenarios_limits")
LOSS_NO_SPACE = 0
ENVIRONMENTS = {
    "off": {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "{place}/", "LOCKJAM_EVENTS": "off"},
    "blocking": {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "{place}/"},
    "all": {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "{place}/", "LOCKJAM_EVENTS": "all"},
}


NO_TRACE = ("no_descriptors_at_first", "no_opening_at_first")


def outcome(result):
    return result.returncode, result.stdout, result.stderr


def one_recorded(program, name, mode):
    """The outcome; without what we say when there can be no trace at all."""
    place = os.path.abspath(f"{name}.{mode}")
    os.mkdir(place)
    os.chmod(place, 0o777)
    result = run(program, name, env={key: value.format(place=place) for key, value in ENVIRONMENTS[mode].items()})
    if name in NO_TRACE:
        equal(traces(place), [])
        equal([line.split(": ")[0] for line in result.stderr.splitlines()], ["lockjam"])
        result.stderr = ""
    else:
        assert traces(place), f"{name}, {mode}: no trace"
    for path in traces(place):
        Dump(path)
    return outcome(result)


def same_ends(program):
    names = run(program).stdout.split()
    assert len(names) > 10, names
    wrong = []
    for name in names:
        bare = outcome(run(program, name))
        assert bare[1], f"{name} says nothing"
        for mode in ENVIRONMENTS:
            there = one_recorded(program, name, mode)
            if there != bare:
                wrong.append(f"{name}, {mode}: {bare} became {there}")
    assert not wrong, "\n".join(wrong)


@test
def processes_and_libraries():
    same_ends(PROCESS)


@test
def limits_signals_and_stacks():
    same_ends(LIMITS)


def scenario(program, name, **environment):
    """The traces of one recorded run, the parent's first."""
    run(program, name, env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": os.path.abspath("x.jam"), **environment})
    return [Dump(path) for path in sorted(traces(), key=len)]


def held_names(dump):
    return sorted(dump.locks[held["lock"]]["name"] for held in dump["held"])


@test
def a_cancelled_condition_wait_holds_its_mutex():
    dump = scenario(PROCESS, "cancel_in_condition")[0]
    equal(held_names(dump), ["scenario_mutex"])
    equal([waiting["operation"] for waiting in dump["waiting"] if waiting["operation"] == "cond-wait"], [])


@test
def a_killed_program_shows_what_it_held():
    for name in ("abort", "alarm", "fault", "kill", "terminate"):
        dump = scenario(LIMITS, f"die_of_{name}")[0]
        equal(held_names(dump), ["scenario_mutex"], name)
        equal(dump.lost(), {}, name)
        os.unlink("x.jam")


@test
def what_could_not_be_written_is_counted():
    for name in ("no_descriptors", "no_address_space", "no_file_space", "other_root", "no_opening", "no_mapping"):
        dump = scenario(LIMITS, name)[0]
        assert dump.lost().get(LOSS_NO_SPACE), f"{name}: {dump.lost()}"
        equal([lane for lane in dump["lane"] if lane["held_count"] and name != "no_address_space"], [], name)
        os.unlink("x.jam")


@test
def closed_descriptors_cost_nothing():
    for name in ("closed_descriptors", "locked_memory", "minimal_stacks", "alternate_stack"):
        dump = scenario(LIMITS, name)[0]
        dump.check_complete()
        os.unlink("x.jam")


@test
def a_child_begins_with_an_empty_held_list():
    parent, child = sorted(scenario(PROCESS, "fork_holding"), key=lambda dump: dump.header["parent_pid"] != os.getpid())
    equal(child.header["parent_pid"], parent.header["pid"])
    for dump in (parent, child):
        dump.check_complete()


@test
def a_library_that_is_loaded_again_loses_nothing():
    dump = scenario(PROCESS, "libraries")[0]
    dump.check_complete()
    # Each round: constructor, two uses and a destructor of thread-specific data, two uses, destructor.
    equal(dump.total("acquisitions", function="use"), 5 * 7)


@test
def a_folder_that_cannot_be_written_costs_the_trace_only():
    if os.geteuid() != 0:
        raise Skip("root is needed to become somebody else")
    os.chmod(".", 0o555)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROCESS, "lock_and_exit"]
    bare = run(*command)
    result = run(*command, env={"LD_PRELOAD": PRELOAD})
    equal((result.returncode, result.stdout), (bare.returncode, bare.stdout))
    equal([line.split(": ")[0] for line in result.stderr.splitlines()], ["lockjam"])
    recorded = run(LOCKJAM, "record", "-q", "--", *command)
    equal((recorded.returncode, recorded.stdout), (bare.returncode, bare.stdout))


main()
