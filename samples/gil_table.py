"""A C library that calls back into Python, used in two ways at once.

usage: gil_table.py LIBRARY held|released [meet]

One thread visits the table through CDLL, which gives the GIL up for the call; the visitor is Python
and has to take it again. The other one puts something in through PyDLL, which keeps the GIL. If the
library holds its mutex while it calls the visitor ("held"), the first has the mutex and wants the
GIL, the second has the GIL and wants the mutex. With "meet" that happens: the visitor stays until
the other thread has put something in. Otherwise it goes well, this time.
"""
import ctypes
import sys
import threading
import time

library, how = sys.argv[1:3]
letting_go = ctypes.CDLL(library)
keeping = ctypes.PyDLL(library)
meets = sys.argv[3:] == ["meet"]
visited = False
has_left = False
is_put = False


@ctypes.CFUNCTYPE(None, ctypes.c_long)
def visitor(entries):
    global visited
    visited = True
    while meets and not is_put:
        time.sleep(0.001)


def visit():
    global has_left
    getattr(letting_go, "table_visit_" + how)(visitor)
    has_left = True


def put():
    global is_put
    while not (visited if meets else has_left):
        pass
    keeping.table_put()
    is_put = True


visiting = threading.Thread(target=visit, name="visitor")
putting = threading.Thread(target=put, name="putter")
for thread in (visiting, putting):
    thread.start()
for thread in (visiting, putting):
    thread.join()
