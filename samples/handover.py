"""Two locks in both orders, by two threads of which one hands over to the other.

usage: handover.py event|queue|semaphore|barrier|by_luck

The second thread begins with what the first one gives it, which is there already when it asks: it does
not wait. "by_luck": it is merely late, and nothing keeps the threads apart.
"""
import queue
import sys
import threading
import time

left, right = threading.Lock(), threading.Lock()
has_happened, tickets, bell = threading.Event(), queue.Queue(), threading.Semaphore(0)
meeting = threading.Barrier(2)
GIVE = {"event": has_happened.set, "queue": lambda: tickets.put("your turn"), "semaphore": bell.release,
        "barrier": meeting.wait, "by_luck": lambda: None}
TAKE = {"event": has_happened.wait, "queue": tickets.get, "semaphore": bell.acquire, "barrier": meeting.wait,
        "by_luck": lambda: None}


def forwards():
    with left:
        with right:
            pass
    GIVE[sys.argv[1]]()


def backwards():
    time.sleep(0.3)
    TAKE[sys.argv[1]]()
    with right:
        with left:
            pass


threads = [threading.Thread(target=function, name=function.__name__) for function in (forwards, backwards)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sys.argv[1])
