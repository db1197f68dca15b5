"""Jobs in a queue.Queue, workers, and a main thread that joins the queue.

usage: job_queue.py all_done|forgotten|bounded|simple

"forgotten": a worker skips task_done() when a job fails, so the queue is never done. "bounded": there is
room for two jobs. "simple": a SimpleQueue, which has no join().
"""
import queue
import sys
import threading

WORKERS, JOBS = 3, 30


def work_carefully(jobs):
    while True:
        job = jobs.get()
        try:
            if job == "bad":
                raise ValueError(job)
        except ValueError:
            pass
        finally:
            jobs.task_done()
        if job is None:
            return


def work_carelessly(jobs):
    while True:
        job = jobs.get()
        if job is None:
            jobs.task_done()
            return
        if job == "bad":
            continue
        jobs.task_done()


def work_simply(jobs):
    while jobs.get() is not None:
        pass


def start_workers(work, jobs):
    workers = [threading.Thread(target=work, name=f"worker-{i}", args=(jobs,)) for i in range(WORKERS)]
    for worker in workers:
        worker.start()
    return workers


def main():
    new_jobs, work = {
        "all_done": (queue.Queue, work_carefully),
        "forgotten": (queue.Queue, work_carelessly),
        "bounded": (lambda: queue.Queue(2), work_carefully),
        "simple": (queue.SimpleQueue, work_simply),
    }[sys.argv[1]]
    jobs = new_jobs()
    workers = start_workers(work, jobs)
    for number in range(JOBS):
        jobs.put("bad" if number == 7 else number)
    for _ in workers:
        jobs.put(None)
    if sys.argv[1] != "simple":
        jobs.join()
    for worker in workers:
        worker.join()
    print(jobs.qsize())


main()
