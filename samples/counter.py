"""Threads that count under one lock, which each of them takes in another way. None is a mistake.

usage: counter.py blocking|try|timed|hint
"""
import sys
import threading
import time

THREADS = 8
ROUNDS = 200


class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0

    def add_blocking(self):
        with self.lock:
            self.value += 1

    def add_try(self):
        """Lets others run until the lock is free."""
        while not self.lock.acquire(blocking=False):
            time.sleep(0)
        try:
            self.value += 1
        finally:
            self.lock.release()

    def add_timed(self):
        while not self.lock.acquire(timeout=0.05):
            pass
        try:
            self.value += 1
        finally:
            self.lock.release()

    def add_hint(self):
        """What locked() says may be over already, so the lock is taken all the same."""
        if self.lock.locked():
            time.sleep(0)
        with self.lock:
            self.value += 1


def count(add, everybody_is_here):
    everybody_is_here.wait()
    for _ in range(ROUNDS):
        add()


def main():
    counter = Counter()
    everybody_is_here = threading.Barrier(THREADS)
    add = getattr(counter, "add_" + sys.argv[1])
    threads = [threading.Thread(target=count, args=(add, everybody_is_here)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(counter.value)


main()
