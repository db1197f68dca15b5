"""Asks for a lock in every way while holding another; the comment of each line tells how.

The test reads the comments: blocking, timed or try.
"""
import threading

held = threading.Lock()
lock = threading.Lock()
rlock = threading.RLock()


def ask():
    with lock:  # blocking
        pass
    lock.acquire(); lock.release()  # blocking
    lock.acquire(True); lock.release()  # blocking
    lock.acquire(blocking=True); lock.release()  # blocking
    lock.acquire(False); lock.release()  # try
    lock.acquire(blocking=False); lock.release()  # try
    lock.acquire(timeout=5); lock.release()  # timed
    lock.acquire(True, 5); lock.release()  # timed
    lock.acquire(blocking=True, timeout=5); lock.release()  # timed
    lock.acquire(timeout=0); lock.release()  # try
    lock.acquire(timeout=-0.0); lock.release()  # try
    lock.acquire(True, 0); lock.release()  # try
    lock.acquire(timeout=-1); lock.release()  # blocking
    lock.acquire(True, -1.0); lock.release()  # blocking
    lock.acquire_lock(); lock.release()  # blocking
    with rlock:  # blocking
        with rlock:
            pass
    rlock.acquire(False); rlock.release()  # try
    rlock.acquire(timeout=5); rlock.release()  # timed
    rlock.acquire(timeout=0); rlock.release()  # try
    rlock.acquire(); rlock.release()  # blocking


with held:
    ask()
assert lock.acquire == lock.acquire and lock.__enter__ == lock.__enter__
assert not lock.locked()
try:
    lock.release()
except RuntimeError:
    pass
else:
    raise AssertionError("released an unlocked lock")
try:
    lock.acquire(blocking=False, timeout=1)
except ValueError:
    pass
else:
    raise AssertionError("a timeout for a call that does not wait")
