#!/usr/bin/env python3
"""The target runs on, and losses are counted, when its trace cannot be written."""
import contextlib
import os
import shutil

from harness import (LOCKJAM, PRELOAD, Skip, contains, equal, main, record, report, run, start, target, test,
                     the_lock, traces)


@contextlib.contextmanager
def small_disk(kilobytes):
    os.mkdir("disk")
    if run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", "disk").returncode != 0:
        raise Skip("mounting a small disk needs root")
    try:
        yield "disk"
    finally:
        run("umount", "-l", "disk")


@test
def a_full_disk_loses_the_trace_not_the_program():
    for kilobytes in (4, 64, 300, 1000):
        with small_disk(kilobytes) as disk:
            result = record(target("counter"), 8, 20000, "exit:5", options=["--events=all", "-o", f"{disk}/x.jam"])
            equal(result.returncode, 5, f"{kilobytes} KiB")
            equal(result.stdout, "ready 160000\n")
        os.rmdir("disk")


@test
def what_a_full_disk_lost_is_counted():
    with small_disk(400) as disk:
        record(target("counter"), 40, 2000, "exit:0", options=["-q", "--events=all", "--max-size=unlimited",
                                                              "-o", f"{disk}/x.jam"])
        if traces(disk):
            result = run(LOCKJAM, "report", f"{disk}/x.jam")
            equal(result.returncode, 0)
            contains(result.stdout.splitlines()[0], "Lost: ")


@test
def a_lost_folder_changes_nothing_for_the_program():
    os.mkdir("out")
    process = start(target("counter"), 2, 100, "pause", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "out/x.jam"})
    equal(process.stdout.readline(), "ready 200\n")
    shutil.rmtree("out")
    process.terminate()
    process.stdout.close()
    equal(process.wait(), -15)


@test
def record_survives_the_loss_of_its_folder():
    os.mkdir("out")
    result = record("sh", "-c", f"{target('counter')} 1 1 exit:0 && rm -r out && exit 6", options=["-o", "out/"])
    equal(result.returncode, 6)


@test
def the_ring_is_bounded():
    sizes = {}
    for locks in (20000, 200000):
        record(target("counter"), 4, locks, "exit:0",
               options=["-q", "--events=all", "--max-size=1M", "-o", f"{locks}.jam"])
        document = report(f"{locks}.jam")
        equal(the_lock(document, "counter_mutex")["acquisitions"], 4 * locks)
        sizes[locks] = document["totals"]["trace_bytes"]
    assert sizes[200000] < 2 * sizes[20000] + (1 << 20), sizes


@test
def absurd_variables_disable_nothing():
    environment = {"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam", "LOCKJAM_EVENTS": "some",
                   "LOCKJAM_MAX_SIZE": "much", "LOCKJAM_STACK_DEPTH": "-3", "LOCKJAM_FOLLOW_FORK": ""}
    result = run(target("counter"), 2, 10, "exit:4", env=environment)
    equal(result.returncode, 4)
    equal(result.stdout, "ready 20\n")
    contains(result.stderr, "LOCKJAM_EVENTS")
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 20)


main()
