#!/usr/bin/env python3
"""What the readers make of files that are not what they should be, and of wrong command lines."""
import json
import os
import random
import shutil
import struct
import subprocess

from harness import (LOCKJAM, Skip, contains, equal, main, record, report, run, sample, target, test, the_lock)

READERS = (("report",), ("report", "--format=json"), ("dump",))
HEADER_BYTES = 4096
VERSION_OFFSET, OLDEST_READER_OFFSET = 8, 10


def make_trace(name="x.jam"):
    equal(record(sample("bank"), 200, options=["-q", "-o", name, "--events=all"]).returncode, 0)
    with open(name, "rb") as file:
        return bytearray(file.read())


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def refused(path, *words):
    """Every reader ends with status 3, names the file and the reason, and prints no product."""
    for reader in READERS:
        result = run(LOCKJAM, *reader, path)
        equal(result.returncode, 3, f"{reader} {path}: {result.stderr}")
        equal(result.stdout, "", reader[0])
        for word in (path, *words):
            contains(result.stderr, word)


def survived(path):
    """Every reader either reads what is there or refuses; it never crashes or hangs."""
    for reader in READERS:
        result = run(LOCKJAM, *reader, path)
        assert result.returncode in (0, 3), f"{reader} {path}: ended with {result.returncode}: {result.stderr}"
        if result.returncode == 3:
            contains(result.stderr, path)
        elif "--format=json" in reader:
            json.loads(result.stdout)


@test
def unreadable_files():
    os.mkdir("folder")
    os.mkfifo("pipe")
    for path in ("missing.jam", "folder", "pipe", "/dev/null", "/dev/zero"):
        refused(path)


@test
def a_file_without_permission():
    if os.geteuid() == 0:
        raise Skip("root may read everything")
    make_trace()
    os.chmod("x.jam", 0)
    refused("x.jam", "ermission")


@test
def foreign_files():
    random.seed(1)
    contents = {"empty": b"", "short": b"LOCK", "text": b"not a trace\n" * 1000,
                "zeros": bytes(100000), "random": random.randbytes(100000),
                "magic-only": b"LOCKJAM\x1a", "magic-zeros": b"LOCKJAM\x1a" + bytes(100000)}
    for name, data in contents.items():
        write(name, data)
        refused(name)
    refused("/bin/true")


@test
def traces_of_a_newer_format():
    data = make_trace()
    struct.pack_into("<H", data, OLDEST_READER_OFFSET, 999)
    struct.pack_into("<H", data, VERSION_OFFSET, 999)
    write("newer.jam", data)
    refused("newer.jam", "newer", "999")


@test
def a_newer_trace_that_old_readers_understand():
    data = make_trace()
    struct.pack_into("<H", data, VERSION_OFFSET, 999)
    write("x.jam", data)
    assert the_lock(report("x.jam"), "journal_mutex")["acquisitions"] >= 800


@test
def cut_off_in_the_header():
    data = make_trace()
    for length in (8, 100, HEADER_BYTES - 1):
        write("cut.jam", data[:length])
        refused("cut.jam")


@test
def cut_off_anywhere():
    data = make_trace()
    random.seed(2)
    for length in [HEADER_BYTES, HEADER_BYTES + 1, *random.sample(range(HEADER_BYTES, len(data)), 20)]:
        write("cut.jam", data[:length])
        survived("cut.jam")


@test
def random_damage():
    data = make_trace()
    random.seed(3)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.choice((1, 10, 1000))):
            damaged[random.randrange(len(damaged))] = random.choice((0, 1, 0x7F, 0xFF, random.randrange(256)))
        write("damaged.jam", damaged)
        survived("damaged.jam")


@test
def damage_in_every_header_word():
    data = make_trace()
    for offset in range(8, 640, 8):
        for value in (0xFFFFFFFFFFFFFFFF, 0x8000000000000000):
            damaged = bytearray(data)
            struct.pack_into("<Q", damaged, offset, value)
            write("damaged.jam", damaged)
            result = run(LOCKJAM, "report", "--format=json", "damaged.jam")
            assert result.returncode in (0, 3), f"offset {offset}: {result.returncode}: {result.stderr}"


@test
def one_bad_trace_among_good_ones():
    make_trace()
    write("bad.jam", b"nonsense")
    result = run(LOCKJAM, "report", "x.jam", "bad.jam")
    equal(result.returncode, 3)
    contains(result.stderr, "bad.jam")


@test
def wrong_usage():
    make_trace()
    for words in ((), ("no-such-command",), ("report",), ("dump",), ("report", "--sort=nothing", "x.jam"),
                  ("report", "--format=nothing", "x.jam"), ("report", "--no-such-option", "x.jam"),
                  ("help", "no-such-command")):
        result = run(LOCKJAM, *words)
        equal(result.returncode, 2, words)
        assert result.stderr or not words, words


@test
def a_full_standard_output_is_told():
    make_trace()
    for reader in READERS:
        with open("/dev/full", "wb") as full:
            result = subprocess.run([LOCKJAM, *reader, "x.jam"], stdout=full, stderr=subprocess.PIPE, text=True,
                                    check=False)
        equal(result.returncode, 4, reader)
        assert result.stderr


@test
def a_vanished_binary_costs_names_only():
    shutil.copy(target("counter"), "gone")
    record("./gone", 2, 50, "exit:0", options=["-q", "-o", "x.jam"])
    os.remove("gone")
    document = report("x.jam")
    mutexes = [lock for lock in document["locks"] if lock["kind"] == "mutex"]
    equal([lock["acquisitions"] for lock in mutexes], [100])
    equal(document["totals"]["acquisitions"] >= 100, True)


@test
def a_replaced_binary_gives_no_wrong_names():
    shutil.copy(target("counter"), "program")
    record("./program", 2, 50, "exit:0", options=["-q", "-o", "x.jam"])
    shutil.copy(sample("bank"), "program")
    result = run(LOCKJAM, "report", "--format=json", "x.jam")
    equal(result.returncode, 0)
    contains(result.stderr, "program")
    own = [frame for lock in json.loads(result.stdout)["locks"] for site in lock["sites"]
           for frame in site["stack"] if frame["module"].endswith("/program")]
    assert own and all(not frame.get("function") for frame in own), own


main()
