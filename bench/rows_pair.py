"""Rows about single operations: uncontended pairs, the contended mutex, events."""
import measure
import table

ROUNDS = 9
PAIR_RATIO, PAIR_NS, EVENT_NS = 5.8, 36, 15
THROUGHPUT = 0.9
BLOCK_NS = 3
IDLE_NS = 5


def bare_runner(bench, command):
    return lambda: float(bench.run(command).output)


def recorded_runner(bench, command, **settings):
    return lambda: float(bench.record(command, **settings).output)


def compared(bench, command, rounds=ROUNDS):
    return measure.paired([bare_runner(bench, command), recorded_runner(bench, command)], rounds)


def pair(bench):
    """The price of a lock: all modes of recording in one set of rounds."""
    kinds, modes = ["mutex", "mutex+1tsc", "mutex+2tsc"], ["off", "blocking", "all"]
    program = bench.program("pair")
    bare, one, two, *recorded = measure.paired(
        [*(bare_runner(bench, [program, kind, "10"]) for kind in kinds),
         *(recorded_runner(bench, [program, "mutex", "10"], events=mode) for mode in modes)], ROUNDS)
    for mode, figures in zip(modes, recorded):
        pair_line(mode, bare, figures)
    table.line("  bare with one rdtsc (ns)", one, "", one / bare)
    table.line("  bare with two rdtsc (ns)", two, "", two / bare)


def pair_line(mode, bare, recorded):
    """The target is for the totals; what events cost beside them is the row `events`."""
    cost = recorded / bare
    is_met = cost.median <= PAIR_RATIO or recorded.median <= PAIR_NS
    has_target = mode != "all"
    table.line(f"mutex, 10 deep, {mode} (ns)", bare, recorded, cost, f"{PAIR_RATIO}" if has_target else "",
               is_met if has_target else None)


def depth(bench):
    for frames in "1", "30", "60":
        command = [bench.program("pair"), "mutex", frames]
        bare, recorded = compared(bench, command)
        table.ratio_line(f"mutex, {frames} deep (ns)", bare, recorded)


def stacks(bench):
    """Different call stacks, 30 deep, that end in the same call at the same height of the stack."""
    for count in 1, 4, 16, 1000:
        command = [bench.program("stacks"), str(count), "30"]
        bare, recorded = compared(bench, command, 5)
        table.ratio_line(f"stacks in turn: {count:,} (ns)", bare, recorded)


def primitives(bench):
    kinds = [("trylock", "mutex trylock"), ("nested", "mutex inside a mutex"), ("rdlock", "rwlock, read"),
             ("wrlock", "rwlock, write"), ("sem", "sem_trywait and sem_post")]
    commands = [(title, [bench.program("pair"), kind, "10"]) for kind, title in kinds]
    commands.append(("std::mutex", [bench.program("std_pair"), "10"]))
    for title, command in commands:
        bare, recorded = compared(bench, command)
        table.ratio_line(f"{title} (ns)", bare, recorded)


def blocks(bench):
    """The question of free whether a lock lives in the block. It is put by malloc's pair as a whole."""
    program = bench.program("blocks")
    for kind, title in ("far", "free, no lock near"), ("near", "free, a lock on its page"), \
            ("inside", "free of a used lock"):
        bare, recorded = compared(bench, [program, kind])
        extra = recorded - bare
        has_target = kind == "far"
        table.line(f"{title} (ns)", bare, recorded, extra, str(BLOCK_NS) if has_target else "",
                   extra.median <= BLOCK_NS if has_target else None)


def idle(bench):
    """Calls that may block, in a thread that holds no lock: the hook looks at that and goes on."""
    program = bench.program("idle")
    for call in "read", "write", "poll":
        bare, recorded = compared(bench, [program, call])
        extra = recorded - bare
        table.line(f"{call}, no lock held (ns)", bare, recorded, extra, str(IDLE_NS),
                   extra.median <= IDLE_NS)


def events(bench):
    """Small rings stay in a cache, those of the default size do not; both recycle chunks all the time.
    Growing rings pay for new pages of the file too."""
    def kept(pairs, size):
        return recorded_runner(bench, [bench.program("pair"), "mutex", "10", pairs], events="all",
                               max_size=size)
    off, small, default, growing = measure.paired(
        [recorded_runner(bench, [bench.program("pair"), "mutex", "10"], events="off"),
         kept("10000", "64K"), kept("60000", "64M"), kept("10000", "unlimited")], ROUNDS)
    for title, figures, has_target in (("of 64K", small, True), ("of 64M", default, True),
                                       ("that grow", growing, False)):
        extra = (figures - off).scaled(0.5)
        table.line(f"one event, rings {title} (ns)", "", "", extra, str(EVENT_NS) if has_target else "",
                   extra.median <= EVENT_NS if has_target else None)


def contended(bench):
    program = bench.program("contended")
    per_us = float(bench.run([program, "steps"]).output)
    for section_us in 0.1, 1, 10, 100:
        command = [program, "4", "400", str(round(per_us * section_us))]
        bare, recorded = compared(bench, command, 7)
        share = recorded / bare
        table.line(f"4 threads, {section_us:g} us inside (K/s)", bare.scaled(1e-3), recorded.scaled(1e-3),
                   share, f">={THROUGHPUT}", share.median >= THROUGHPUT)
