"""Daemon threads that are still waiting, for a lock, an event, a job, when the program ends. That is what
daemon threads are for.

usage: daemons.py
"""
import queue
import threading

printer_lock = threading.Lock()
shutdown = threading.Event()
jobs = queue.Queue()
all_here = threading.Barrier(4)


def wait_for_lock():
    all_here.wait()
    with printer_lock:
        print("not reached")


def wait_for_event():
    all_here.wait()
    shutdown.wait()


def wait_for_job():
    all_here.wait()
    jobs.get()


def main():
    printer_lock.acquire()
    for target in (wait_for_lock, wait_for_event, wait_for_job):
        threading.Thread(target=target, daemon=True).start()
    all_here.wait()
    print("done")


main()
