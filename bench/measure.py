"""Running programs bare and recorded in turn, and what came of it."""
import glob
import json
import os
import shutil
import statistics
import subprocess
import time

TIME_LIMIT_SECONDS = 90


class Figures:
    """Samples of one quantity, one a round."""

    def __init__(self, samples):
        self.samples = list(samples)

    @property
    def median(self):
        return statistics.median(self.samples)

    def __truediv__(self, other):
        """Round by round: both runs of a round met the same noise."""
        return Figures(a / b for a, b in zip(self.samples, other.samples))

    def __sub__(self, other):
        return Figures(a - b for a, b in zip(self.samples, other.samples))

    def scaled(self, factor):
        return Figures(a * factor for a in self.samples)

    def __str__(self):
        if len(self.samples) == 1:
            return number(self.median)
        return f"{number(self.median)} ({number(min(self.samples))}..{number(max(self.samples))})"


def number(value):
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}"


class Run:
    """What a program printed, what it used, and the traces it left in the bench's folder."""

    def __init__(self, output, wall_s, usage):
        self.output = output
        self.wall_s = wall_s
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


class Bench:
    """The build under test and a scratch folder, which is the current folder."""

    def __init__(self, build, folder):
        self.build = build
        self.traces = os.path.join(folder, "traces")
        self.lost = {}

    def program(self, name):
        return os.path.join(self.build, "bench", name)

    def sample(self, name):
        return os.path.join(self.build, "samples", name)

    @property
    def preload(self):
        return os.path.join(self.build, "liblockjam.so")

    @property
    def lockjam(self):
        return os.path.join(self.build, "lockjam")

    def recorded(self, **settings):
        """The environment that records; the settings are those of `lockjam record`."""
        named = {f"LOCKJAM_{name.upper()}": str(value) for name, value in settings.items()}
        return {"LD_PRELOAD": self.preload, "LOCKJAM_OUTPUT": self.traces + "/", **named}

    def run(self, command, environment=None, stdin=None):
        """Runs a program to its end; raises subprocess.SubprocessError if it fails or hangs."""
        shutil.rmtree(self.traces, ignore_errors=True)
        os.mkdir(self.traces)
        with open("output", "w+", encoding="utf-8") as output, open(stdin or os.devnull, "rb") as source:
            started = time.monotonic()
            process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdin=source,
                                       stdout=output, stderr=subprocess.DEVNULL)
            usage = finish(process, command)
            wall_s = time.monotonic() - started
            output.seek(0)
            result = Run(output.read(1 << 20), wall_s, usage)
        self.note_losses()
        return result

    def record(self, command, stdin=None, **settings):
        """As run(), recorded; a program that was not recorded after all must not pass for free."""
        result = self.run(command, self.recorded(**settings), stdin)
        if not self.trace_paths():
            raise OSError(f"{command[0]} left no trace")
        return result

    def trace_paths(self):
        return sorted(glob.glob(self.traces + "/*"))

    def trace_mib(self):
        """What the traces of the last run occupy on the disk."""
        return sum(os.stat(path).st_blocks for path in self.trace_paths()) * 512 / 2**20

    def note_losses(self):
        """Adds up what the last run lost, by meaning. The dump says it before anything long."""
        for path in self.trace_paths():
            with subprocess.Popen([self.lockjam, "dump", "--raw", "--quiet", path], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as dump:
                for line in dump.stdout:
                    word, _, rest = line.partition(" ")
                    if word == "lost":
                        count = int(rest.split("count=")[1].split()[0])
                        meaning = rest.split('meaning="')[1].rstrip('"\n')
                        self.lost[meaning] = self.lost.get(meaning, 0) + count
                    elif word != "trace":
                        break
                dump.kill()

    def totals(self):
        """The `totals` of the report on the one trace that the last run left."""
        return json.loads(subprocess.run([self.lockjam, "report", "--format=json", *self.trace_paths()],
                                         stdout=subprocess.PIPE, check=True).stdout)["totals"]


def finish(process, command):
    """Waits for a program without losing what it used; it cannot outlive the time limit."""
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise subprocess.TimeoutExpired(command, TIME_LIMIT_SECONDS)
        time.sleep(0.001)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage


def paired(measures, rounds):
    """Calls every measure once a round, each round starting with another; Figures of each."""
    samples = [[] for _ in measures]
    for turn in range(rounds):
        for step in range(len(measures)):
            index = (turn + step) % len(measures)
            samples[index].append(measures[index]())
    return [Figures(column) for column in samples]
