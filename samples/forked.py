"""A process that is forked while another thread has a lock.

usage: forked.py held|free|at_work

"held": the child has a copy of the lock, held by a thread that it does not have, and wants it. "free":
the thread has given it back before. "at_work": the child starts a thread and joins it; nothing is held.
"""
import os
import sys
import threading
import time
import warnings

cache_lock = threading.Lock()
is_held, is_over = threading.Event(), threading.Event()


def holder():
    with cache_lock:
        is_held.set()
        is_over.wait()


def use_cache():
    with cache_lock:
        pass


def work():
    worker = threading.Thread(target=use_cache)
    worker.start()
    worker.join()
    time.sleep(0.01)


def run_in_child(function):
    child = os.fork()
    if child == 0:
        function()
        os._exit(0)
    print("child", os.waitpid(child, 0)[1])


def main():
    warnings.simplefilter("ignore")  # Python 3.12 warns of just this
    if sys.argv[1] == "at_work":
        run_in_child(work)
        return
    thread = threading.Thread(target=holder, name="holder")
    thread.start()
    is_held.wait()
    if sys.argv[1] == "free":
        is_over.set()
        thread.join()
    run_in_child(use_cache)
    is_over.set()


main()
