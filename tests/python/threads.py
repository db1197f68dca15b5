"""Threads of all kinds; prints what each is called and whether it is a daemon, as JSON.

A name that a property computes must not be asked for: that would run code of the program.
"""
import _thread
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

lock = threading.Lock()
known = {}
asked = []


def work():
    thread = threading.current_thread()
    with lock:
        known[threading.get_native_id()] = (thread.name, thread.daemon)


class Worker(threading.Thread):
    def run(self):
        work()


class Nameless(threading.Thread):
    @property
    def _name(self):
        asked.append(threading.get_ident())
        return "computed"

    @_name.setter
    def _name(self, value):
        pass

    def run(self):
        with lock:
            # The interpreter itself asks for the name from 3.14 on, and tells the kernel.
            known[threading.get_native_id()] = ("computed" if sys.version_info >= (3, 14) else "", False)


class Bare:
    """Has a method, as a Thread has, and no name."""

    def __init__(self):
        self.done = threading.Lock()
        self.done.acquire()

    def run(self):
        with lock:
            known[threading.get_native_id()] = ("", False)
        self.done.release()


def main():
    work()
    threads = [threading.Thread(target=work), threading.Thread(target=work, name="Grüße", daemon=True),
               Worker(), Worker(daemon=True), Nameless(), threading.Thread(target=work)]
    threads[-1].name = "set before the start"
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert threading.get_ident() not in asked
    bare = Bare()
    _thread.start_new_thread(bare.run, ())
    bare.done.acquire()
    with ThreadPoolExecutor(1) as executor:
        executor.submit(work).result()
    known[os.getpid()] = ("MainThread", False)
    print(json.dumps(known))


main()
