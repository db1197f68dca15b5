"""Buyers and auditors, by the hundred, who call the methods of two repositories.

usage: repository.py contended|both_orders|one_order

"contended": the report of the auditors is slow, and the buyers wait for it. "both_orders": buyers lock
stock and then ledger, auditors ledger and then stock; that mostly goes well, and one day it does not.
"one_order": everybody locks stock first.
"""
import sys
import threading
import time

BUYERS, AUDITORS = 100, 20


class Repository:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = {}

    def add(self, name):
        with self.lock:
            self.items[name] = self.items.get(name, 0) + 1

    def report(self):
        with self.lock:
            time.sleep(0.001)  # a slow disk
            return dict(self.items)


class Shop:
    def __init__(self):
        self.stock = threading.Lock()
        self.ledger = threading.Lock()
        self.sold = 0

    def sell(self):
        with self.stock:
            with self.ledger:
                self.sold += 1

    def audit_stock_first(self):
        with self.stock:
            with self.ledger:
                return self.sold

    def audit_ledger_first(self):
        with self.ledger:
            with self.stock:
                return self.sold


def act(everybody_is_here, action, *words):
    everybody_is_here.wait()
    for _ in range(3):
        action(*words)


def run_all(buy, audit):
    everybody_is_here = threading.Barrier(BUYERS + AUDITORS)
    threads = [threading.Thread(target=act, name=f"buyer-{i}", args=(everybody_is_here, *buy))
               for i in range(BUYERS)]
    threads += [threading.Thread(target=act, name=f"auditor-{i}", args=(everybody_is_here, *audit))
                for i in range(AUDITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    mode = sys.argv[1]
    if mode == "contended":
        repository = Repository()
        run_all((repository.add, "apple"), (repository.report,))
        print(repository.items)
        return
    shop = Shop()
    run_all((shop.sell,), (getattr(shop, AUDITS[mode]),))
    print(shop.sold)


AUDITS = {"both_orders": "audit_ledger_first", "one_order": "audit_stock_first"}
main()
