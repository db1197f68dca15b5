"""The one table that the bench prints: 100 columns, a line as soon as it is known."""
import os
import platform
import re
import subprocess
import time

LAYOUT = "{:<32} {:>17} {:>17} {:>17} {:>8} {:>3}"


def heading():
    print(LAYOUT.format("", "bare", "recorded", "ratio or excess", "target", "met"))


def line(name, bare="", recorded="", cost="", target="", is_met=None):
    """One row. The middle columns hold Figures or text; is_met None: there is no target."""
    verdict = {None: "", True: "yes", False: "NO"}[is_met]
    print(LAYOUT.format(name, str(bare), str(recorded), str(cost), target, verdict).rstrip(), flush=True)


def ratio_line(name, bare, recorded, target=None):
    """A row whose cost is the ratio of two Figures; the target is the highest ratio."""
    cost = recorded / bare
    line(name, bare, recorded, cost, f"{target:g}" if target else "",
         cost.median <= target if target else None)


def note(text):
    print(f"    {text}", flush=True)


def first_line(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return "none"


def revision(folder):
    try:
        result = subprocess.run(["git", "-C", folder, "describe", "--always", "--dirty"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return "of unknown revision"
    return result.stdout.strip() or "of unknown revision"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found.group(1) if found else platform.processor()


def print_machine(folder):
    system = "/sys/devices/system/"
    libc = os.confstr("CS_GNU_LIBC_VERSION")
    print(f"{processor()}, {os.cpu_count()} CPUs; Linux {platform.release()}; {libc}")
    print(f"clock source {first_line(system + 'clocksource/clocksource0/current_clocksource')}; "
          f"frequency governor {first_line(system + 'cpu/cpu0/cpufreq/scaling_governor')}; "
          f"load average {first_line('/proc/loadavg').rsplit(' ', 2)[0]}")
    print(f"lockjam {revision(folder)}; {time.strftime('%Y-%m-%d %H:%M')}; "
          "median (lowest..highest) of alternating rounds")
    print("deep: calls below main; off, blocking, all: --events; K, M: thousands, millions; file: the trace")
