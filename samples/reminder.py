"""Timers: one that is cancelled, and one that rings.

usage: reminder.py rings|cancelled|under_lock

"under_lock": who waits for the timer's end holds the lock that the timer's function wants.
"""
import sys
import threading

calendar_lock = threading.Lock()
has_rung = threading.Event()


def ring():
    with calendar_lock:
        has_rung.set()


def cancelled():
    timer = threading.Timer(3600, ring)
    timer.start()
    timer.cancel()
    timer.join()


def rings():
    timer = threading.Timer(0.01, ring)
    timer.start()
    has_rung.wait()
    timer.join()


def under_lock():
    timer = threading.Timer(0.01, ring)
    with calendar_lock:
        timer.start()
        timer.join()


WAYS = {"cancelled": cancelled, "rings": rings, "under_lock": under_lock}
WAYS[sys.argv[1]]()
print(has_rung.is_set())
