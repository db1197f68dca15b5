"""Threads of the low-level module, whose end the main thread awaits by looking all the time.

usage: busy_wait.py looking|waiting

"waiting" uses a lock as a signal instead: each thread gives back one that the main thread took.
"""
import _thread
import sys
import time

THREADS = 4

finished = []
finished_lock = _thread.allocate_lock()


def work(number, signal):
    with finished_lock:
        finished.append(number)
    signal.release()


def main():
    signals = [_thread.allocate_lock() for _ in range(THREADS)]
    for number, signal in enumerate(signals):
        signal.acquire()
        _thread.start_new_thread(work, (number, signal))
    if sys.argv[1] == "looking":
        while len(finished) < THREADS:
            time.sleep(0)
    for signal in signals:
        signal.acquire()
    print(sorted(finished))


main()
