"""What the end-to-end tests share: running lockjam, reading its JSON, reporting in TAP.

A test file defines functions marked @test; each runs in an empty folder of its own and fails by an
assertion. Nothing here sleeps to order things: tests wait for a line of output or for an end.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("LOCKJAM_BUILD", os.path.join(TOP, "build"))
LOCKJAM = os.path.join(BUILD, "lockjam")
PRELOAD = os.path.join(BUILD, "liblockjam.so")
LIMIT_SECONDS = 60

TESTS = []
STARTED = []


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def target(name):
    """A program of tests/e2e."""
    return os.path.join(BUILD, "tests", "e2e", name)


def sample(name):
    return os.path.join(BUILD, "samples", name)


def clean_environment(extra=None):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("LOCKJAM_") and name != "LD_PRELOAD"}
    return {**environment, **(extra or {})}


def run(*command, env=None, **options):
    """Runs to the end. The result has returncode, stdout, stderr (text)."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", timeout=LIMIT_SECONDS, env=clean_environment(env),
                          check=False, **options)


def start(*command, env=None, **options):
    """Starts with a pipe from its standard output; what the test does not end, run_one does."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True,
                               env=clean_environment(env), **options)
    STARTED.append(process)
    return process


def record(*command, options=(), **keywords):
    return run(LOCKJAM, "record", *options, "--", *command, **keywords)


def traces(folder="."):
    return sorted(glob.glob(os.path.join(glob.escape(folder), "*.jam*")))


def report(*paths, options=()):
    result = run(LOCKJAM, "report", "--format=json", *options, *paths)
    assert result.returncode == 0, f"report ended with {result.returncode}: {result.stderr}"
    return json.loads(result.stdout)


def locks_named(document, name):
    return [lock for lock in document["locks"] if lock["name"] == name]


def the_lock(document, name):
    found = locks_named(document, name)
    assert len(found) == 1, f"{name}: {len(found)} of {[lock['name'] for lock in document['locks']]}"
    return found[0]


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}: expected {expected!r}, got {actual!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def run_one(function):
    name = function.__name__
    folder = tempfile.mkdtemp(prefix="lockjam-e2e.")
    os.chdir(folder)
    try:
        function()
        print(f"ok {name}", flush=True)
        return True
    except Skip as reason:
        print(f"ok {name} # skip {reason}", flush=True)
        return True
    except Exception:  # pylint: disable=broad-except
        print(f"not ok {name}")
        print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), flush=True)
        return False
    finally:
        while STARTED:
            with STARTED.pop() as process:
                process.kill()
        os.chdir(TOP)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    wanted = sys.argv[1:]
    chosen = [function for function in TESTS if not wanted or function.__name__ in wanted]
    results = [run_one(function) for function in chosen]
    sys.exit(0 if all(results) else 1)
