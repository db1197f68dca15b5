"""Prints the lines of many code objects as the interpreter itself sees them.

One line per code object: minor version, first line, line table in hex, and position:line pairs, "-"
for a position that has no line; from 3.11 on position:line:column, with columns from 0. The code is that of the standard library, compiled here.
"""
import dis
import os
import sys

MODULES = ("threading", "queue", "logging/__init__", "subprocess", "asyncio/base_events", "argparse",
           "inspect", "typing", "dataclasses", "tarfile", "zipfile", "statistics", "ast")


def codes_of(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from codes_of(constant)


def pairs_by_ranges(code):
    for start, end, line in code.co_lines():
        for position in range(start, end, 2):
            yield position, line


def pairs_by_positions(code):
    for index, (line, _, column, _) in enumerate(code.co_positions()):
        yield 2 * index, f"{line}:{column}" if line and column is not None else line


def pairs_by_starts(code):
    starts = dict(dis.findlinestarts(code))
    line = code.co_firstlineno
    for position in range(0, len(code.co_code), 2):
        line = starts.get(position, line)
        yield position, line


def put(code):
    has_ranges = hasattr(code, "co_lines")
    table = code.co_linetable if has_ranges else code.co_lnotab
    pairs = (pairs_by_positions if hasattr(code, "co_positions") else
             pairs_by_ranges if has_ranges else pairs_by_starts)(code)
    text = " ".join(f"{position}:{'-' if line is None else line}" for position, line in pairs)
    print(sys.version_info.minor, code.co_firstlineno, table.hex() or "-", text)


def main():
    library = os.path.dirname(os.__file__)
    for module in MODULES:
        path = os.path.join(library, module + ".py")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            for code in codes_of(compile(file.read(), path, "exec")):
                put(code)


main()
