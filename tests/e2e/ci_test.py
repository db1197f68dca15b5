#!/usr/bin/env python3
"""docs/ci.md: every command in it, run in a small project."""
import json
import os
import re
import shutil

from harness import BUILD, TOP, Skip, contains, equal, main, run, target, test

# Steps that install lockjam: here it is built already.
INSTALL = ("apt-get", "git clone", "lockjam\" ")


def blocks(language):
    with open(os.path.join(TOP, "docs", "ci.md"), encoding="utf-8") as file:
        return re.findall(rf"```{language}\n(.*?)```", file.read(), re.S)


def is_install(command):
    return any(word in command for word in INSTALL)


def github_steps():
    """(name, script) of the steps with run:, in order; a block scalar ends with its indentation."""
    text = blocks("yaml")[0]
    pattern = r"- name: ([^\n]*)\n(?:\s+if: [^\n]*\n)?(\s+)run: (?:\|\n((?:\2  [^\n]*\n)+)|([^\n]*)\n)"
    return [(name, re.sub(r"(?m)^\s+", "", block) if block else line)
            for name, _, block, line in re.findall(pattern, text)]


def gitlab_script():
    text = blocks("yaml")[1]
    return re.findall(r"    - (.*)\n", text.split("  script:\n")[1].split("  artifacts:")[0])


def project(argument):
    """A project whose tests are the program `inversion`; `one` is innocent."""
    os.makedirs("ci", exist_ok=True)
    shutil.copy(target("inversion"), "tests")
    with open("Makefile", "w", encoding="utf-8") as file:
        file.write(f"all: ;\ncheck:\n\t./tests {argument}\n")
    for name, text in (("lockjam.supp", "# none\n"), ("lock-order", "lockjam-lock-order 1\n")):
        with open(os.path.join("ci", name), "w", encoding="utf-8") as file:
            file.write(text)


def environment():
    option = re.search(r"LOCKS: (.*)", blocks("yaml")[0]).group(1)
    return {"PATH": BUILD + os.pathsep + os.environ["PATH"], "LOCKS": option,
            "GITHUB_STEP_SUMMARY": os.path.join(os.getcwd(), "summary")}


def shell(script):
    return run("sh", "-e", "-c", script, env=environment())


def run_github():
    """The status of each step, as the server sees them."""
    return {name: shell(script) for name, script in github_steps() if not is_install(script)}


@test
def the_github_job_passes_an_innocent_project():
    project("one")
    results = run_github()
    equal(list(results), ["Build", "Test under lockjam", "Summary", "Annotations"])
    for name, result in results.items():
        equal(result.returncode, 0, f"{name}: {result.stderr}")
    with open("summary", encoding="utf-8") as file:
        contains(file.read(), "## lockjam: passed")


@test
def the_github_job_fails_a_guilty_project():
    project("")
    results = run_github()
    equal({name: result.returncode for name, result in results.items()},
          {"Build": 0, "Test under lockjam": 66, "Summary": 0, "Annotations": 0})
    with open("locks.sarif", encoding="utf-8") as file:
        assert json.load(file)["runs"][0]["results"]


@test
def the_gitlab_job_does_both():
    for argument, status in (("one", 0), ("", 66)):
        project(argument)
        *first, last = gitlab_script()
        for command in first:
            equal(shell(command).returncode, 0, command)
        result = shell(last)
        equal(result.returncode, status, result.stderr)
        with open("locks.xml", encoding="utf-8") as file:
            contains(file.read(), f'failures="{1 if status else 0}"')
        shutil.rmtree("locks")


@test
def the_commands_to_begin_with_do_what_is_said():
    if not shutil.which("git"):
        raise Skip("no git")
    project("")
    run("git", "init", "-q")
    shell("lockjam check -q --trace-folder=locks -- make check")
    os.makedirs("shard-1")
    shutil.copytree("locks", "shard-1/locks")
    scripts = blocks("sh")
    equal(len(scripts), 4)
    for script in scripts:
        # the guilty order contradicts itself, so it declares nothing: the cycle is still told
        status = 66 if "--write-lock-order" in script else 0
        result = shell(script)
        equal(result.returncode, status, f"{script}: {result.stderr}")
    equal(shell("lockjam check -q --suppressions=ci/lockjam.supp locks/*.jam").returncode, 0)


if __name__ == "__main__":
    main()
