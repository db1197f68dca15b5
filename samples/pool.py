"""Workers that share a pool: every kind of lock that a Python program usually has.

usage: pool.py [ROUNDS]
"""
import queue
import sys
import threading

WORKERS = 3

table_lock = threading.Lock()


class Pool:
    def __init__(self):
        self.lock = threading.Lock()
        self.owner: "threading.RLock" = threading.RLock()
        self.ready = threading.Event()
        self.jobs = queue.Queue()
        self.taken = 0

    def get(self):
        with self.lock:
            with self.owner:
                with self.owner:
                    self.taken += 1
        self.jobs.put(1)


def work(pool, rounds):
    pool.ready.wait()
    for _ in range(rounds):
        pool.get()
        pool.jobs.get()
        with table_lock:
            pass


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    pool = Pool()
    workers = [threading.Thread(target=work, args=(pool, rounds)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    pool.ready.set()
    for worker in workers:
        worker.join()
    print(pool.taken)


main()
