#!/usr/bin/env python3
"""Call stacks are right: against the chains that the programs know, and against a second unwinding.

A memo that agrees with a wrong unwinder proves nothing: the names of the frames are compared too.
"""
import glob
import os
import re
import shutil

from harness import TOP, Skip, contains, equal, main, report, run, test
from preload_trace import Dump, recorded, target

SOURCES = os.path.join(TOP, "tests", "preload")
FOLDER = os.path.dirname(target("stacks"))
FRAMES_MAX = 64
COMPILERS = {"stacks": {"gcc": "gcc", "clang": "clang"}, "exceptions": {"gcc": "g++", "clang": "clang++"}}
SUFFIX = {"stacks": ".c", "exceptions": ".cc"}
ARGUMENT = {"stacks": FOLDER, "exceptions": "run"}
# Memo hits that each program must have had: far fewer would mean that nothing was compared.
VERIFIED_MIN = {"stacks": 3000, "exceptions": 1000}


def expected_chains(program):
    lines = run(program).stdout.splitlines()
    return [re.compile(chain_pattern(line)) for line in lines]


def chain_pattern(chain):
    pattern = ""
    for word in chain.split():
        if word == "...":
            return pattern + "( .*)?"
        name, _, times = word.partition("*") if re.search(r"\*\d", word) else (word, "", "1")
        is_optional = name.endswith("?")
        one = f" {re.escape(name.rstrip('?'))}"
        pattern += f"(?:{one}){'?' if is_optional else '{' + times + '}'}"
    return pattern


def is_ours(frame):
    module = os.path.basename(frame["module"] or "")
    name = frame["function"] or ""
    is_program = module.startswith(("stacks", "exceptions", "libplugin"))
    return is_program and not re.match(r"std::|__gthread|_start$", name)


def plain_name(function):
    """Without parameters, namespaces of compilers, and what optimisation appends."""
    name = re.sub(r" \[clone .*|\.(constprop|part|isra|cold)\.\d+|\.(cold|part)", "", function or "?")
    return re.sub(r"\(.*", "", re.sub(r"\(anonymous namespace\)::", "", name)).replace("void ", "").replace(" ", "")


def actual_chains(path):
    chains = set()
    for lock in report(path)["locks"]:
        if lock["kind"] != "mutex":
            continue
        for site in lock["sites"]:
            chains.add("".join(" " + plain_name(frame["function"]) for frame in site["stack"] if is_ours(frame)))
    return chains


def check_chains(program, path):
    expected, actual = expected_chains(program), actual_chains(path)
    missing = [pattern.pattern for pattern in expected if not any(map(pattern.fullmatch, actual))]
    foreign = [chain for chain in actual if not any(pattern.fullmatch(chain) for pattern in expected)]
    assert not missing and not foreign, f"missing: {missing}\nunexpected: {foreign}"


def check_program(name, program, env=None):
    result = recorded(program, ARGUMENT[name], env={"LOCKJAM_VERIFY": "stacks", **(env or {})})
    dump = Dump("x.jam")
    equal(dump.header["stacks_disagreed"], 0)
    assert dump.header["stacks_verified"] > VERIFIED_MIN[name], dump.header["stacks_verified"]
    equal(dump.lost(), {})
    equal([stack for stack in dump["stack"] if stack["flags"] & 2], [], "broken")
    check_chains(program, "x.jam")
    return result


def build(name, compiler, *flags):
    driver = COMPILERS[name][compiler]
    if not shutil.which(driver):
        raise Skip(f"no {driver}")
    source = os.path.join(SOURCES, name + SUFFIX[name])
    program = os.path.abspath(name)
    result = run(driver, "-g", "-pthread", *flags, "-o", program, source, "-ldl")
    equal(result.returncode, 0, result.stderr)
    return program


def define(name, compiler, level, frame_pointer):
    flags = (f"-O{level}", f"-f{'no-' if frame_pointer else ''}omit-frame-pointer")

    def check():
        check_program(name, build(name, compiler, *flags))

    check.__name__ = f"{name}_{compiler}_O{level}_{'with' if frame_pointer else 'without'}_frame_pointer"
    test(check)


@test
def libraries_did_meet_at_the_same_addresses():
    result = check_program("stacks", target("stacks"))
    met, times = re.search(r"met (\d+) of (\d+)", result.stdout).groups()
    assert int(met) > int(times) / 2, result.stdout


def forked_child(how):
    """What the program printed, and the dump of its child."""
    result = recorded(target("forks"), how, FOLDER)
    equal(result.returncode, 0, result.stderr)
    traces = glob.glob("x.jam.*")
    equal(len(traces), 1)
    dump = Dump(traces[0])
    equal(dump.lost(), {})
    return result.stdout, dump


@test
def a_forked_child_learns_nothing_twice():
    _, dump = forked_child("same")
    equal([lane["rules_learnt"] for lane in dump["lane"]], [0])
    contains([names[:4] for names in dump.frames.values()], ["inside", "plugin_a_inner", "plugin_run", "use"])
    equal({os.path.basename(module["path"]) for module in dump["module"]},
          {"forks", "libplugin_a.so", "libc.so.6"})


@test
def a_forked_child_forgets_what_it_unloads():
    output, dump = forked_child("other")
    equal(output, "met: 1\n")
    contains([names[:4] for names in dump.frames.values()],
             ["inside", "plugin_b_inner", "plugin_b_middle", "plugin_run"])
    contains({os.path.basename(module["path"]) for module in dump["module"]}, "libplugin_b.so")
    assert not any("plugin_a_inner" in names for names in dump.frames.values()), dump.frames


@test
def deep_stacks_are_cut_and_marked():
    recorded(target("stacks"), FOLDER, env={"LOCKJAM_STACK_DEPTH": "200", "LOCKJAM_VERIFY": "stacks"})
    dump = Dump("x.jam")
    cut = [stack for stack in dump["stack"] if stack["flags"] & 1]
    equal([stack["depth"] for stack in cut], [200])
    equal({name for stack in cut for name in dump.frames[stack["ref"]]}, {"recurse"})
    equal(dump.header["stacks_disagreed"], 0)


@test
def one_frame_is_the_caller():
    recorded(target("stacks"), FOLDER, env={"LOCKJAM_STACK_DEPTH": "1"})
    equal({stack["depth"] for stack in Dump("x.jam")["stack"]}, {1})
    contains({site["stack"][0]["function"] for lock in report("x.jam")["locks"] for site in lock["sites"]}, "plain_c")


@test
def code_without_tables_is_followed_along_frame_pointers():
    program = build("stacks", "gcc", "-O1", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables")
    recorded(program, FOLDER, env={"LOCKJAM_VERIFY": "stacks"})
    equal(Dump("x.jam").header["stacks_disagreed"], 0)
    chains = actual_chains("x.jam")
    contains(chains, " plain_c plain_b plain_a run main")
    # The libraries have tables, and lie between frames that have none.
    contains(chains, " in_plugin plugin_a_inner plugin_run plugins run main")
    contains(chains, " in_plugin plugin_b_inner plugin_b_middle plugin_run plugins run main")


@test
def code_without_tables_and_frame_pointers_does_not_hurt():
    program = build("stacks", "gcc", "-O2", "-fomit-frame-pointer", "-fno-asynchronous-unwind-tables")
    recorded(program, FOLDER)
    assert Dump("x.jam").total("acquisitions", kind="mutex") > 1000


for program_name in ("stacks", "exceptions"):
    for optimisation in range(4):
        for has_pointer in (False, True):
            define(program_name, "gcc", optimisation, has_pointer)
    for optimisation in (0, 2):
        define(program_name, "clang", optimisation, optimisation == 0)
main()
