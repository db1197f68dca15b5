"""Rows about Python programs, for each interpreter at hand (see tests/e2e/pythons.py)."""
import os
import sys

import measure
import rows_pair
import table

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.append(os.path.join(TOP, "tests", "e2e"))
import pythons  # pylint: disable=wrong-import-position

WITH_LOCK_RATIO, SERVICE_RATIO, FRAMES_NS = 1.6, 1.03, 60
FRAMES = 20
ROUNDS = 9


def script(name, *arguments):
    return [os.path.join(TOP, "bench", "python", name), *map(str, arguments)]


def python(bench):
    for path in pythons.interpreters():
        name = "Python " + ".".join(map(str, pythons.version_of(path)))
        locks(bench, name, path)
        bare, recorded = rows_pair.compared(bench, [path, *script("service.py")], ROUNDS)
        table.ratio_line(f"{name}, service (s)", bare, recorded, SERVICE_RATIO)


def locks(bench, name, path):
    """The frames of a stack are paid for by the acquire: what more of them cost more, bare or not."""
    commands = [[path, *script("with_lock.py", depth)] for depth in (1, 1 + FRAMES)]
    bare, bare_deep, recorded, recorded_deep = measure.paired(
        [run(bench, command) for run in (rows_pair.bare_runner, rows_pair.recorded_runner)
         for command in commands], ROUNDS)
    table.ratio_line(f"{name}, with lock (ns)", bare, recorded, WITH_LOCK_RATIO)
    excess = (recorded_deep - recorded) - (bare_deep - bare)
    table.line(f"  {FRAMES} frames more (ns)", bare_deep, recorded_deep, excess, str(FRAMES_NS),
               excess.median <= FRAMES_NS)
