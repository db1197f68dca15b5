"""A connection of sqlite3 that one thread uses and another one closes when the first is done.

Closing it calls the function's destructor, which takes the GIL, under the connection's own mutex.
"""
import sqlite3
import threading
import time

connection = sqlite3.connect(":memory:", check_same_thread=False)
connection.create_function("half", 1, lambda number: number / 2)
is_done = False


def use():
    global is_done
    assert connection.execute("select half(4)").fetchone() == (2,)
    is_done = True


threading.Thread(target=use).start()
while not is_done:
    time.sleep(0.001)
connection.close()
