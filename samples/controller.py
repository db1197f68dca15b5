"""A web controller with one lock, which an error in a request leaves locked.

usage: controller.py error_path|same_thread|finally|with

"error_path": the thread of the bad request ends with the lock, and the next request waits for it.
"same_thread": one thread serves all requests, and waits for itself. The other two give the lock back
on every path, by `finally` and by `with`.
"""
import sys
import threading


class Controller:
    def __init__(self):
        self._lock = threading.Lock()
        self.served = 0

    def render(self, path):
        if path == "/bad":
            raise ValueError(path)
        self.served += 1

    def handle_error_path(self, path):
        self._lock.acquire()
        self.render(path)
        self._lock.release()

    def handle_finally(self, path):
        self._lock.acquire()
        try:
            self.render(path)
        finally:
            self._lock.release()

    def handle_with(self, path):
        with self._lock:
            self.render(path)


def serve(handle, path):
    try:
        handle(path)
    except ValueError as error:
        print("bad request", error)


def main():
    mode = sys.argv[1]
    controller = Controller()
    handle = getattr(controller, "handle_" + {"same_thread": "error_path"}.get(mode, mode))
    for path in ("/", "/bad", "/again"):
        if mode == "same_thread":
            serve(handle, path)
            continue
        thread = threading.Thread(target=serve, args=(handle, path))
        thread.start()
        thread.join()
    print(controller.served)


main()
