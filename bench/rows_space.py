"""Rows about memory, the size of a trace, and reading a large one."""
import shutil

import measure
import table

ROUNDS = 3
THREAD_KIB, THREAD_60_KIB, PROGRAM_MIB = 64, 128, 16
EVENTS_PER_SECOND, GROWTH = 10e6, 1.1
CHECK_SECONDS, CHECK_MIB = 10, 2048


def space(bench, *arguments, **settings):
    """(KiB of the program's own memory that recording adds, KiB of trace) for a run of `many`."""
    command = [bench.program("many"), *map(str, arguments)]
    bare = float(bench.run(command).output)
    recorded = float(bench.record(command, **settings).output)
    return recorded - bare, bench.trace_mib() * 1024


def memory(bench):
    """Memory is anonymous memory, which the trace's pages are not part of: the sum counts all once."""
    for locks, title, target in ((0, "a thread that does nothing", THREAD_KIB),
                                 (1, "a thread that locked once", THREAD_KIB),
                                 (60, "a thread that locked 60 mutexes", THREAD_60_KIB)):
        one, thousand = space(bench, 1, locks, "live"), space(bench, 1001, locks, "live")
        added, trace = ((after - before) / 1000 for before, after in zip(one, thousand))
        table.line(f"{title} (KiB)", "", f"{added:.1f} + {trace:.1f} file", f"{added + trace:.1f}",
                   str(target), added + trace <= target)
    added, trace = (kib / 1024 for kib in space(bench, 8, 1000, "live"))
    table.line("8 threads, 1,000 locks (MiB)", "", f"{added:.1f} + {trace:.1f} file", f"{added + trace:.1f}",
               str(PROGRAM_MIB), added + trace <= PROGRAM_MIB)


def threads(bench):
    """Threads one after another: the trace grows until ended threads are folded into sums, then stays.
    The rings, which are bounded by --max-size alone, are kept small."""
    previous = None
    for count in 1000, 10000, 20000, 100000:
        added, trace = (kib / 1024 for kib in space(bench, count, 4, "turns", max_size="64K"))
        is_last = count == 100000
        growth = trace / previous if previous else 1
        table.line(f"{count:,} threads in turn (MiB)", "", f"{added:.1f} + {trace:.1f} file", f"{growth:.2f}",
                   f"{GROWTH}" if is_last else "", growth <= GROWTH if is_last else None)
        previous = trace


def report(bench):
    """Traces of 1 and 10 million events: the time and the peak memory of reading each. A report
    replays them all for the critical path; a dump prints every one."""
    peaks = []
    for millions in 1, 10:
        events = make_large_trace(bench, millions * 500000)
        seconds, peak = read_cost(bench, "report")
        peaks.append(peak)
        rate_line(f"report, {events / 1e6:.1f} M events", seconds, events, EVENTS_PER_SECOND if millions == 10 else None)
    table.line("  peak memory, 1 and 10 M (MiB)", "", f"{peaks[0]:.1f} and {peaks[1]:.1f}",
               f"{peaks[1] / peaks[0]:.2f}", f"{GROWTH}", peaks[1] <= peaks[0] * GROWTH)


def dump(bench):
    peaks = []
    for millions in 1, 3:
        events = make_large_trace(bench, millions * 500000)
        seconds, peak = read_cost(bench, "dump", "--output=text")
        peaks.append(peak)
        rate_line(f"dump, {events / 1e6:.1f} M events", seconds, events, None)
    table.line("  peak memory, 1 and 3 M (MiB)", "", f"{peaks[0]:.1f} and {peaks[1]:.1f}",
               f"{peaks[1] / peaks[0]:.2f}")


def relation(bench):
    """Lock order in a trace with a million dependencies over 100,000 locks; the checks end with 66 where
    there are cycles. Peak memory includes the trace, which is read whole."""
    for shape in "nested", "dense", "gated":
        bench.run([bench.program("relation"), "large.jam", "1000000", "100000", shape])
        runs = [bench.run([bench.lockjam, "check", "--quiet", "--error-exitcode=0", "--output=check.txt", "large.jam"])
                for _ in range(ROUNDS)]
        seconds, peak = measure.Figures(run.wall_s for run in runs), min(run.peak_mib for run in runs)
        table.line(f"check, 1 M dependencies, {shape} (s)", "", seconds, "", f"<={CHECK_SECONDS}",
                   seconds.median <= CHECK_SECONDS)
        table.line("  peak memory (MiB)", "", f"{peak:.0f}", "", f"<={CHECK_MIB}", peak <= CHECK_MIB)


def make_large_trace(bench, pairs):
    """Leaves large.jam; the number of its events."""
    bench.record([bench.program("events"), str(pairs)], events="all", max_size="unlimited")
    (trace,) = bench.trace_paths()
    events = bench.totals()["events"]
    shutil.move(trace, "large.jam")
    return events


def read_cost(bench, command, *options):
    """(seconds, peak MiB) of a lockjam command on large.jam."""
    runs = [bench.run([bench.lockjam, command, *options, "large.jam"]) for _ in range(ROUNDS)]
    return measure.Figures(run.wall_s for run in runs), min(run.peak_mib for run in runs)


def rate_line(name, seconds, events, target):
    rate = events / seconds.median
    table.line(f"{name} (s; M/s)", "", seconds, f"{rate / 1e6:.1f}", f">={target / 1e6:g}" if target else "",
               rate >= target if target else None)
