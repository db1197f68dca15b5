"""A worker that takes a lock and ends without giving it back; others want it later.

usage: kept.py ends|raises|gives_back|last

"ends": it returns early. "raises": an exception skips the release. "gives_back": it does. "last": it
returns early too, but nobody comes any more: the program ends.
"""
import sys
import threading

orders = {"paid": 3}
orders_lock = threading.Lock()


def returns_early(name):
    orders_lock.acquire()
    if name not in orders:
        return
    del orders[name]
    orders_lock.release()


def skips_release(name):
    orders_lock.acquire()
    del orders[name]
    orders_lock.release()


def gives_back(name):
    with orders_lock:
        orders.pop(name, None)


def worker(name):
    try:
        WAYS[sys.argv[1]](name)
    except KeyError as error:
        print("no such order", error)


def next_worker():
    with orders_lock:
        print(len(orders))


def run(function, *words):
    thread = threading.Thread(target=function, args=words)
    thread.start()
    thread.join()


WAYS = {"ends": returns_early, "raises": skips_release, "gives_back": gives_back, "last": returns_early}
run(worker, "lost")
if sys.argv[1] != "last":
    run(next_worker)
