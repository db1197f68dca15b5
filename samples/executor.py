"""Tasks in a ThreadPoolExecutor.

usage: executor.py map|submit|task_in_task|no_room

"task_in_task": a task hands in another one and waits for its result. "no_room": the same with one worker,
which waits for a task that only it could do.
"""
import concurrent.futures
import sys
import threading

TASKS = 100

total_lock = threading.Lock()
totals = {"sum": 0}


def square(number):
    with total_lock:
        totals["sum"] += number
    return number * number


def outer_task(executor):
    return executor.submit(square, 7).result()


def main():
    mode = sys.argv[1]
    with concurrent.futures.ThreadPoolExecutor(max_workers=1 if mode == "no_room" else 4) as executor:
        if mode == "map":
            print(sum(executor.map(square, range(TASKS))))
        elif mode == "submit":
            futures = [executor.submit(square, number) for number in range(TASKS)]
            print(sum(future.result() for future in concurrent.futures.as_completed(futures)))
        else:
            print(executor.submit(outer_task, executor).result())


main()
