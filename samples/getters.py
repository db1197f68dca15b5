"""Two getters that lock, and a method that locks and calls both.

usage: getters.py lock|rlock

With a Lock, the method waits for itself; an RLock lets its owner in again.
"""
import sys
import threading


class Account:
    def __init__(self, is_reentrant):
        self.lock = threading.RLock() if is_reentrant else threading.Lock()
        self.owner = "somebody"
        self.balance = 7

    def get_owner(self):
        with self.lock:
            return self.owner

    def get_balance(self):
        with self.lock:
            return self.balance

    def describe(self):
        with self.lock:
            return f"{self.get_owner()} has {self.get_balance()}"


print(Account(sys.argv[1] == "rlock").describe())
