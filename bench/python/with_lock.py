"""Nanoseconds of one `with lock:` that nobody contends, DEPTH function calls below the module.

usage: with_lock.py DEPTH
"""
import sys
import threading
import time

ROUNDS, PAIRS = 15, 20000
lock = threading.Lock()


def measure():
    started = time.perf_counter_ns()
    for _ in range(PAIRS):
        with lock:
            pass
    return (time.perf_counter_ns() - started) / PAIRS


def deeper(depth):
    if depth > 1:
        return deeper(depth - 1)
    return min(measure() for _ in range(ROUNDS))


print(deeper(int(sys.argv[1]) - 1))
