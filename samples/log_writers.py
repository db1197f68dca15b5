"""Many threads that log, each with a logger of its own, through handlers that all share.

usage: log_writers.py
"""
import io
import logging
import logging.handlers
import queue
import threading

WRITERS, LINES = 10, 50


def write(number, everybody_is_here):
    logger = logging.getLogger(f"writer.{number}")
    everybody_is_here.wait()
    for line in range(LINES):
        logger.warning("line %d", line)


def main():
    text = io.StringIO()
    records = queue.Queue()
    listener = logging.handlers.QueueListener(records, logging.StreamHandler(text))
    listener.start()
    for handler in (logging.StreamHandler(text), logging.handlers.QueueHandler(records)):
        logging.getLogger("writer").addHandler(handler)
    logging.getLogger("writer").propagate = False
    everybody_is_here = threading.Barrier(WRITERS)
    writers = [threading.Thread(target=write, args=(number, everybody_is_here)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    listener.stop()
    print(len(text.getvalue().splitlines()))


main()
