"""Ways to hang in Python, each with an innocent twin that looks much alike and ends.

usage: hangs.py head_on|join|exception|event [innocent]

Nothing depends on timing: threads meet at barriers or are joined.
"""
import sys
import threading

is_innocent = sys.argv[2:] == ["innocent"]
left = threading.Lock()
right = threading.Lock()
both_hold_one = threading.Barrier(2)
ready = threading.Event()


def forwards():
    with left:
        both_hold_one.wait()
        with right:
            pass


def backwards():
    with right:
        both_hold_one.wait()
        if is_innocent:
            if left.acquire(timeout=0.2):
                left.release()
            return
        with left:
            pass


def head_on():
    """Two threads, two locks, both orders. Innocent: one of them gives up after a while."""
    run_all(forwards, backwards)


def visitor():
    with left:
        pass


def join():
    """Joins a thread that wants what the joiner holds. Innocent: it lets go of it first."""
    thread = threading.Thread(target=visitor)
    with left:
        thread.start()
        if not is_innocent:
            thread.join()
    thread.join()


def careless():
    left.acquire()
    sys.exit()


def careful():
    left.acquire()
    try:
        sys.exit()
    finally:
        left.release()


def exception():
    """A thread ends by an exception and keeps a lock. Innocent: released on the way out."""
    run_all(careful if is_innocent else careless)
    left.acquire()


def event():
    """Nobody sets the event. Innocent: a thread does."""
    if is_innocent:
        threading.Thread(target=ready.set).start()
    ready.wait()


def run_all(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


CASES = {function.__name__: function for function in (head_on, join, exception, event)}
CASES[sys.argv[1]]()
