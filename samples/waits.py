"""Waits of Python programs that never end, of every kind that the standard library has.

usage: waits.py event|semaphore|queue|join_queue|condition|barrier

Somebody has ended such a wait before, and is gone: threads are joined. Only for the condition it depends on
timing whether it was a wait at all.
"""
import queue
import sys
import threading
import time


class Pool:
    def __init__(self):
        self.ready = threading.Event()
        self.slots = threading.Semaphore(1)
        self.jobs = queue.Queue()
        self.changed = threading.Condition()
        self.gate = threading.Barrier(2)
        self.turn = 0


pool = Pool()


def event():
    """Set once, cleared, and waited for again."""
    run("setter", pool.ready.set)
    pool.ready.wait()
    pool.ready.clear()
    pool.ready.wait()


def semaphore():
    """Whoever takes the connection last does not give it back."""
    run("borrower", borrow)
    with pool.slots:
        pass
    run("keeper", pool.slots.acquire)
    pool.slots.acquire()


def borrow():
    with pool.slots:
        pass


def queue_():
    """One job too few."""
    run("producer", produce)
    pool.jobs.get()
    pool.jobs.get()


def produce():
    pool.jobs.put(1)


def join_queue():
    """A job that nobody says is done."""
    pool.jobs.put(1)
    pool.jobs.put(2)
    run("worker", work)
    pool.jobs.join()


def work():
    pool.jobs.get()
    pool.jobs.task_done()


def condition():
    """Waits for a second change."""
    changer = threading.Thread(target=change, name="changer")
    with pool.changed:
        changer.start()
        pool.changed.wait_for(lambda: pool.turn == 1)
        changer.join()
        pool.changed.wait_for(lambda: pool.turn == 2)


def change():
    with pool.changed:
        time.sleep(0.05)  # by then the other one sleeps, and can be woken
        pool.turn += 1
        pool.changed.notify()


def barrier():
    """Two parties, one of which comes once."""
    comer = threading.Thread(target=pool.gate.wait, name="comer")
    comer.start()
    pool.gate.wait()
    comer.join()
    pool.gate.wait()


def run(name, target):
    thread = threading.Thread(target=target, name=name)
    thread.start()
    thread.join()


CASES = {function.__name__.rstrip("_"): function
         for function in (event, semaphore, queue_, join_queue, condition, barrier)}
CASES[sys.argv[1]]()
