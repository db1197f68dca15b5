"""Processes of the multiprocessing module, which share named semaphores.

usage: processes.py lock|pool|queue|semaphore|relock [fork|spawn]

"relock": a process takes a Lock that it has already. The others are correct.
"""
import multiprocessing
import sys

PROCESSES, ROUNDS = 3, 40


def add(counter):
    for _ in range(ROUNDS):
        with counter.get_lock():
            counter.value += 1


def use(slots, most, lock, in_use):
    for _ in range(ROUNDS):
        with slots:
            with lock:
                in_use.value += 1
                most.value = max(most.value, in_use.value)
            with lock:
                in_use.value -= 1


def square(number):
    return number * number


def consume(jobs, results):
    for job in iter(jobs.get, None):
        results.put(square(job))


def run_all(context, function, *words):
    processes = [context.Process(target=function, args=words) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    return processes


def lock(context):
    counter = context.Value("i", 0)
    for process in run_all(context, add, counter):
        process.join()
    print(counter.value)


def semaphore(context):
    most, in_use = context.Value("i", 0, lock=False), context.Value("i", 0, lock=False)
    for process in run_all(context, use, context.BoundedSemaphore(2), most, context.Lock(), in_use):
        process.join()
    print(most.value <= 2)


def pool(context):
    with context.Pool(PROCESSES) as workers:
        print(sum(workers.map(square, range(50))))
        workers.close()
        workers.join()


def queue(context):
    jobs, results = context.Queue(), context.Queue()
    processes = run_all(context, consume, jobs, results)
    for number in range(50):
        jobs.put(number)
    for _ in processes:
        jobs.put(None)
    print(sum(results.get() for _ in range(50)))
    for process in processes:
        process.join()


def relock(context):
    table = context.Lock()
    with table:
        with table:
            print("not reached")


if __name__ == "__main__":
    WAYS = {"lock": lock, "pool": pool, "queue": queue, "semaphore": semaphore, "relock": relock}
    WAYS[sys.argv[1]](multiprocessing.get_context(*sys.argv[2:3] or ["fork"]))
