"""A pool of three connections, counted by a semaphore, for ten clients.

usage: connections.py semaphore|bounded|twice|bounded_twice|leaked

"semaphore" and "bounded" are correct. "twice" gives a connection back twice, which a Semaphore takes for
one more connection; a BoundedSemaphore ("bounded_twice") refuses. "leaked": a client never gives back
what it has, three times, and the next one waits for ever.
"""
import sys
import threading

CONNECTIONS, CLIENTS, QUERIES = 3, 10, 5


class Pool:
    def __init__(self, new_semaphore):
        self.free = new_semaphore(CONNECTIONS)
        self.lock = threading.Lock()
        self.in_use = 0
        self.most = 0

    def get(self):
        self.free.acquire()
        with self.lock:
            self.in_use += 1
            self.most = max(self.most, self.in_use)

    def put(self):
        with self.lock:
            self.in_use -= 1
        self.free.release()


def client(pool):
    for _ in range(QUERIES):
        pool.get()
        pool.put()


def careless_client(pool):
    for _ in range(QUERIES):
        pool.get()
        pool.put()
        try:
            pool.free.release()
        except ValueError as error:
            print("refused:", error)


def leaking_client(pool):
    pool.get()


def run_all(*functions, pool):
    threads = [threading.Thread(target=function, args=(pool,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    mode = sys.argv[1]
    pool = Pool(threading.BoundedSemaphore if "bounded" in mode else threading.Semaphore)
    if "twice" in mode:
        run_all(careless_client, pool=pool)
    elif mode == "leaked":
        run_all(*[leaking_client] * CONNECTIONS, pool=pool)
        run_all(client, pool=pool)
    else:
        run_all(*[client] * CLIENTS, pool=pool)
    print(pool.most <= CONNECTIONS)


main()
