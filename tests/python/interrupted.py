"""Signal handlers that lock, fork and raise while the main thread waits for a lock.

The child of the fork returns from its handler into the wait that its parent had begun.
"""
import os
import signal
import threading

outer = threading.Lock()
inner = threading.Lock()
parent = os.getpid()


class Enough(Exception):
    pass


def say(*words):
    print(*words, flush=True)


def use_locks():
    with inner, threading.Lock(), threading.RLock():
        condition = threading.Condition()
        with condition:
            condition.wait(0.01)


def fork(*_):
    use_locks()
    child = os.fork()
    use_locks()
    if child:
        say("child ended with", os.waitpid(child, 0)[1])
    else:
        say("child got it:", outer.acquire(timeout=0.01))


def stop(*_):
    raise Enough


def interrupt(handler):
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)


def misuse():
    for wrong in (lambda: inner.release(), lambda: threading.RLock().release(),
                  lambda: outer.acquire(1, 2, 3), lambda: outer.acquire(False, 1)):
        try:
            wrong()
        except (RuntimeError, TypeError, ValueError) as error:
            say(type(error).__name__)


outer.acquire()
interrupt(fork)
say(outer.acquire(timeout=0.3))
if os.getpid() != parent:
    use_locks()
    os._exit(0)
interrupt(stop)
try:
    outer.acquire()
except Enough:
    say("interrupted")
outer.release()
misuse()
ended = threading.Thread(target=use_locks)
ended.start()
ended.join()
