"""What the tests of the preload share: running a program under it, and reading its trace's dump.

The trace is read by `lockjam dump`: a line is a word and key=value pairs. Where a test must see the
bytes themselves, `extents` reads them from the file.
"""
import os
import re
import struct

from harness import BUILD, LOCKJAM, PRELOAD, equal, run

PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
# Frames of libc and ours below the first frame of a thread or of the program.
OUTERMOST = {"thread_trampoline", "start_thread", "clone3", "clone", "_start", "__libc_start_main_impl",
             "__libc_start_call_main", "__libc_start_main", "__start_context"}
LOSS_NESTED, LOSS_EVENTS, LOSS_FOLDED = 1, 4, 8
THREAD_ABSENT = 32
EXTENT = struct.Struct("<IHHQIIQ")
HEADER_BYTES = 4096
EXTENT_MAGIC = 0x314D414A


def target(name):
    """A program of tests/preload."""
    return os.path.join(BUILD, "tests", "preload", name)


def parse_value(text):
    if text.startswith('"'):
        return text[1:-1]
    return int(text, 0) if re.fullmatch(r"-?(\d+|0x[0-9a-f]+)", text) else text


class Dump:
    """The records of a trace: dump["lock"] is a list of dictionaries."""

    def __init__(self, path):
        result = run(LOCKJAM, "dump", path)
        equal(result.returncode, 0, result.stderr)
        self.records = {}
        for line in result.stdout.splitlines():
            word, _, rest = line.partition(" ")
            fields = {key: parse_value(value) for key, value in PAIR.findall(rest)}
            self.records.setdefault(word, []).append(fields)
        self.header = self["trace"][0]
        self.frames = {stack["ref"]: frame_names(stack) for stack in self["stack"]}
        self.waits = {waits["ref"]: waits for waits in self["waits"]}
        self.locks = {lock["id"]: lock for lock in self["lock"]}
        equal(self["damage"], [])

    def __getitem__(self, word):
        return self.records.get(word, [])

    def stack(self, ref):
        """Function names, innermost first, without those of libc and ours at the outer end."""
        names = self.frames.get(ref, [])
        while names and names[-1] in OUTERMOST:
            names = names[:-1]
        return names

    def caller(self, ref):
        return (self.stack(ref) or [None])[0]

    def sites(self, function=None, kind=None, mode=None, lock=None):
        """Sites acquired by this function, of this kind of lock, in this mode, of this lock's name."""
        return [site for site in self["site"]
                if function in (None, self.caller(site["stack"])) and mode in (None, site["mode"])
                and kind in (None, self.locks[site["lock"]]["kind"])
                and lock in (None, self.locks[site["lock"]]["name"])]

    def total(self, field, **selection):
        """Sum over the sites; fields of what waiting cost are found as well."""
        sites = self.sites(**selection)
        return sum(site[field] if field in site else self.waits.get(site["wait_ref"], {}).get(field, 0)
                   for site in sites)

    def lost(self):
        return {loss["kind"]: loss["count"] for loss in self["lost"]}

    def check_complete(self):
        """Nothing was lost, and no lock is held."""
        unexpected = {kind: count for kind, count in self.lost().items() if kind not in (LOSS_EVENTS, LOSS_FOLDED)}
        equal(unexpected, {}, "lost")
        # What other threads held when this process was forked stays held.
        absent = {thread["id"] for thread in self["thread"] if thread["flags"] & THREAD_ABSENT}
        equal([lane for lane in self["lane"] if lane["held_count"] and lane["thread"] not in absent], [], "held")


def frame_names(stack):
    frames = [frame for frame in stack.get("symbols", "").split("; ") if frame]
    return [re.sub(r"( \S+:\d+)?( \(inlined\))?$", "", frame) for frame in frames]


def recorded(program, *arguments, env=None, output="x.jam", status=0, events="blocking"):
    """Runs under the preload alone, without the command. Returns the finished process."""
    environment = {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": output, "LOCKJAM_EVENTS": events, **(env or {})}
    result = run(program, *arguments, env=environment)
    equal(result.returncode, status, result.stdout + result.stderr)
    return result


def extents(path):
    """(kind, owner lane, offset, payload) of each extent of the file, read independently of dump."""
    with open(path, "rb") as file:
        data = file.read()
    offset, found = HEADER_BYTES, []
    used = struct.unpack_from("<Q", data, 40)[0]
    while offset < used:
        magic, kind, _, size, owner, _, filled = EXTENT.unpack_from(data, offset)
        equal(magic, EXTENT_MAGIC, f"extent at {offset}")
        found.append((kind, owner, offset, data[offset + 64:offset + 64 + filled]))
        offset += size
    return found
