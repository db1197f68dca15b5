"""Threads that wait for each other's end.

usage: joins.py each_other|enumerate|under_lock|after_lock

"each_other": two threads join each other. "enumerate": the main thread joins all others, twice.
"under_lock": a thread is joined by one who holds the lock that it wants; "after_lock" gives it back first.
"""
import sys
import threading

ledger_lock = threading.Lock()
both_started = threading.Barrier(2)
family = []


def brother(other):
    both_started.wait()
    family[other].join()


def each_other():
    family.extend(threading.Thread(target=brother, name=name, args=(other,))
                  for name, other in (("Romulus", 1), ("Remus", 0)))
    for thread in family:
        thread.start()
    for thread in family:
        thread.join()


def worker():
    with ledger_lock:
        pass


def enumerate_all():
    for _ in range(5):
        threading.Thread(target=worker).start()
    for _ in range(2):
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join()
    print(threading.active_count())


def under_lock():
    thread = threading.Thread(target=worker)
    with ledger_lock:
        thread.start()
        thread.join()


def after_lock():
    thread = threading.Thread(target=worker)
    with ledger_lock:
        thread.start()
    thread.join()


WAYS = {"each_other": each_other, "enumerate": enumerate_all, "under_lock": under_lock,
        "after_lock": after_lock}
WAYS[sys.argv[1]]()
