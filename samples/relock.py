"""A method calls another one that takes the same lock: with a Lock the thread waits for itself, and
with an RLock it goes on.

usage: relock.py [innocent]
"""
import sys
import threading


class Store:
    def __init__(self, is_innocent):
        if is_innocent:
            self.lock = threading.RLock()
        else:
            self.lock = threading.Lock()
        self.items = []

    def add(self, item):
        with self.lock:
            self.items.append(item)

    def add_all(self, items):
        with self.lock:
            for item in items:
                self.add(item)


Store(sys.argv[1:] == ["innocent"]).add_all([1, 2])
