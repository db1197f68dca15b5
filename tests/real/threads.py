"""Threads, pools of threads and of processes, queues, pipes, timeouts, an exception in a thread."""
import concurrent.futures
import multiprocessing
import queue
import subprocess
import sys
import threading

TOTAL = [0]
LOCK = threading.Lock()
CONDITION = threading.Condition()
SEMAPHORE = threading.BoundedSemaphore(2)


def count():
    for _ in range(2000):
        with LOCK:
            TOTAL[0] += 1
    with SEMAPHORE, CONDITION:
        CONDITION.notify_all()


def square(value):
    return value * value


def feed(pipe):
    for value in range(500):
        pipe.put(value)
    pipe.put(None)


def main():
    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(TOTAL[0], LOCK.acquire(timeout=0.01), LOCK.acquire(timeout=0.01))
    print(threading.Event().wait(0.01), threading.Barrier(1).wait())
    pipe = queue.Queue(10)
    threading.Thread(target=feed, args=(pipe,)).start()
    print(sum(iter(pipe.get, None)))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(square, range(200))))
    for way in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(way).Pool(2) as pool:
            print(way, sum(pool.map(square, range(50))))
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(square, range(50))))
    command = [sys.executable, "-c", "import os,sys; sys.stdout.write(sys.stdin.read().upper()); os._exit(5)"]
    child = subprocess.run(command, input="text", capture_output=True, text=True, check=False)
    print(child.returncode, child.stdout, child.stderr)
    try:
        subprocess.run(["sleep", "5"], timeout=0.2, check=False)
    except subprocess.TimeoutExpired:
        print("timed out")


if __name__ == "__main__":
    main()
