"""Rows about whole programs: wall and processor time beside the bare run."""
import os
import random
import shutil
import subprocess
import tempfile
import time

import measure
import table

ROUNDS = 5


def compare(name, run_bare, run_recorded, rounds=ROUNDS):
    """Two lines: wall time, and processor time, which other programs on the machine disturb less."""
    runs = {run_bare: [], run_recorded: []}

    def timed(run):
        runs[run].append(run())
        return runs[run][-1].wall_s
    bare, recorded = measure.paired([lambda: timed(run_bare), lambda: timed(run_recorded)], rounds)
    table.ratio_line(f"{name} (s)", bare, recorded)
    table.ratio_line("  its processor time (s)",
                     *(measure.Figures(run.cpu_s for run in column) for column in runs.values()))


def compare_locking(bench, name, command, stdin=None):
    compare(name, lambda: bench.run(command, None, stdin), lambda: bench.record(command, stdin))


def compare_spawning(bench, name, command):
    """Most of these processes take no lock and leave no trace."""
    compare(name, lambda: bench.run(command), lambda: bench.run(command, bench.recorded()), 3)


def is_missing(program):
    if shutil.which(program):
        return False
    table.note(f"{program} is not installed: skipped")
    return True


def db_bench(bench):
    if is_missing("db_bench"):
        return
    common = ["db_bench", "--db=db", "--num=50000", "--progress_reports=false"]
    bench.run([*common, "--benchmarks=fillseq"])
    shutil.move("db", "filled")

    command = [*common, "--benchmarks=readwhilewriting", "--use_existing_db=true", "--threads=4",
               "--reads=150000"]

    def on_a_fresh_copy(run):
        shutil.rmtree("db", ignore_errors=True)
        shutil.copytree("filled", "db")
        return run(command)
    compare("db_bench readwhilewriting", lambda: on_a_fresh_copy(bench.run),
            lambda: on_a_fresh_copy(bench.record))


def pigz(bench):
    if is_missing("pigz"):
        return
    words = [bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz ", k=8)) for _ in range(4096)]
    with open("plain", "wb") as file:
        for _ in range(100):
            file.write(b"".join(random.choices(words, k=1 << 17)))
    compare_locking(bench, "pigz -p2, 100 MiB", ["sh", "-c", "exec pigz -c -p2 >compressed"], "plain")


def sysbench(bench):
    if is_missing("sysbench"):
        return
    compare_locking(bench, "sysbench mutex, lock-bound",
                    ["sysbench", "mutex", "--threads=4", "--mutex-num=4096", "--mutex-locks=5000000",
                     "--mutex-loops=0", "run"])


def redis(bench):
    """The wall time of the client. With two processors the server's threads, which spin while they
    wait, and the client are in each other's way: the figures scatter."""
    if is_missing("redis-benchmark") or is_missing("redis-check-rdb"):
        return
    bare, recorded = measure.paired([lambda: redis_seconds(bench, {}),
                                     lambda: redis_seconds(bench, bench.recorded())], ROUNDS)
    table.ratio_line("redis-server, 2 io threads (s)", bare, recorded)


def redis_seconds(bench, environment):
    """A server that listens on a socket in a folder of its own and nowhere else."""
    # The path of a socket holds about 100 bytes: a long TMPDIR would not do.
    with tempfile.TemporaryDirectory(prefix="lockjam-", dir="/tmp") as folder:
        server, socket = folder + "/redis-server", folder + "/socket"
        os.symlink(shutil.which("redis-check-rdb"), server)
        if environment:
            environment["LOCKJAM_OUTPUT"] = folder + "/trace"
        process = subprocess.Popen([server, "--port", "0", "--save", "", "--unixsocket", socket,
                                    "--io-threads", "2", "--io-threads-do-reads", "yes"],
                                   env={**os.environ, **environment},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(process, socket)
            seconds = bench.run(["redis-benchmark", "-s", socket, "-q", "-c", "50", "-P", "8", "-n", "200000",
                                 "-t", "set"]).wall_s
        finally:
            process.kill()
            process.wait()
        if environment and not os.path.exists(folder + "/trace"):
            raise OSError("redis-server left no trace")
        return seconds


def wait_for(process, path):
    deadline = time.monotonic() + 10
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise OSError("redis-server did not start")
        time.sleep(0.01)


def start(bench):
    rounds, target_ms = 3, 1
    samples = []
    for _ in range(rounds):
        output = bench.run([bench.program("start"), "100", bench.preload, "true"]).output
        samples.append([float(value) / 1000 for value in output.split()])
    bare, recorded = (measure.Figures(column) for column in zip(*samples))
    extra = recorded - bare
    table.line("starting `true` (ms)", bare, recorded, extra, f"{target_ms}",
               extra.median <= target_ms)


def spawn(bench):
    loop = "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"
    compare_spawning(bench, "sh, 1,000 processes", ["sh", "-c", loop])


def make(bench):
    """A build: every file costs make, a shell or none, a compiler driver, a compiler, an assembler."""
    count = 100
    os.mkdir("tree")
    for index in range(count):
        with open(f"tree/{index}.c", "w", encoding="utf-8") as file:
            file.write(f"int f{index}(int x)\n{{\n    return x + {index};\n}}\n")
    with open("tree/Makefile", "w", encoding="utf-8") as file:
        file.write("all: $(patsubst %.c,%.o,$(wildcard *.c))\n%.o: %.c\n\tcc -c -o $@ $<\n")
    compare_spawning(bench, f"make -j2, {count} C files", ["make", "-s", "-B", "-C", "tree", "-j2"])
