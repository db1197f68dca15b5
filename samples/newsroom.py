"""A realistic program: a server, a thread pool that asks it, queues, a cache with a lock, logging, a timer
that prints figures, and a barrier before the end. Correct.

usage: newsroom.py [STORIES]
"""
import collections
import concurrent.futures
import http.server
import io
import logging
import queue
import sys
import threading
import urllib.request

EDITORS, PRINTERS = 6, 3

log = logging.getLogger("newsroom")


class Cache:
    """Least recently used first; a lock for the table, an RLock for figures that methods share."""

    def __init__(self, size):
        self.size = size
        self.lock = threading.Lock()
        self.entries = collections.OrderedDict()
        self.figures_lock = threading.RLock()
        self.figures = collections.Counter()

    def count(self, what):
        with self.figures_lock:
            self.figures[what] += 1

    def find(self, key):
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
                self.count("hit")
                return self.entries[key]
        self.count("miss")
        return None

    def keep(self, key, value):
        with self.lock:
            self.entries[key] = value
            if len(self.entries) > self.size:
                self.entries.popitem(last=False)

    def summary(self):
        with self.figures_lock:
            self.count("summary")
            return dict(self.figures)


class Archive(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        body = f"story {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *words):  # pylint: disable=redefined-builtin
        log.info(format, *words)


class Newsroom:
    def __init__(self, stories):
        self.stories = stories
        self.cache = Cache(20)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Archive)
        self.to_print = queue.Queue(maxsize=10)
        self.printed = []
        self.printed_changed = threading.Condition()
        self.all_printers = threading.Barrier(PRINTERS)
        self.closing = threading.Event()

    def edit(self, number):
        key = f"/{number % 40}"
        story = self.cache.find(key)
        if story is None:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.server_port}{key}") as answer:
                story = answer.read().decode()
            self.cache.keep(key, story)
        log.info("edited %s", key)
        self.to_print.put(story)

    def print_stories(self):
        for story in iter(self.to_print.get, None):
            with self.printed_changed:
                self.printed.append(story)
                self.printed_changed.notify_all()
            self.to_print.task_done()
        self.to_print.task_done()
        self.all_printers.wait()

    def tell(self):
        while not self.closing.wait(timeout=0.02):
            log.info("figures %s", self.cache.summary())

    def run(self):
        serving = threading.Thread(target=self.server.serve_forever, name="archive")
        telling = threading.Thread(target=self.tell, name="figures", daemon=True)
        printers = [threading.Thread(target=self.print_stories, name=f"printer-{i}") for i in range(PRINTERS)]
        for thread in (serving, telling, *printers):
            thread.start()
        with concurrent.futures.ThreadPoolExecutor(EDITORS, thread_name_prefix="editor") as editors:
            for _ in editors.map(self.edit, range(self.stories)):
                pass
        with self.printed_changed:
            self.printed_changed.wait_for(lambda: len(self.printed) == self.stories)
        for _ in printers:
            self.to_print.put(None)
        self.to_print.join()
        self.closing.set()
        self.server.shutdown()
        for thread in (serving, telling, *printers):
            thread.join()
        self.server.server_close()


def main():
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler(io.StringIO()))
    newsroom = Newsroom(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
    timer = threading.Timer(0.01, log.info, args=("open",))
    timer.start()
    newsroom.run()
    timer.join()
    print(len(newsroom.printed))


main()
