"""A threaded program as they are: workers take jobs from a queue, parse, compress and count.

usage: service.py [JOBS]     prints the seconds from the first job to the last answer
"""
import json
import queue
import sys
import threading
import time
import zlib

WORKERS = 4


class Counters:
    """What all workers add to."""

    def __init__(self):
        self.lock = threading.Lock()
        self.bytes, self.kinds = 0, {}

    def add(self, kind, size):
        with self.lock:
            self.bytes += size
            self.kinds[kind] = self.kinds.get(kind, 0) + 1


def request(number):
    return json.dumps({"kind": f"kind {number % 7}",
                       "rows": [{"id": row, "text": f"row {row} of request {number}"} for row in range(40)]})


def work(jobs, answers, counters):
    while (text := jobs.get()) is not None:
        job = json.loads(text)
        answer = zlib.compress(json.dumps(job["rows"]).encode())
        counters.add(job["kind"], len(answer))
        answers.put(len(answer))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    jobs, answers, counters = queue.Queue(100), queue.Queue(), Counters()
    texts = [request(number) for number in range(100)]
    workers = [threading.Thread(target=work, args=(jobs, answers, counters)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    started = time.perf_counter()
    for number in range(count):
        jobs.put(texts[number % len(texts)])
    total = sum(answers.get() for _ in range(count))
    print(time.perf_counter() - started)
    for _ in workers:
        jobs.put(None)
    for worker in workers:
        worker.join()
    assert total == counters.bytes and sum(counters.kinds.values()) == count


main()
