"""Threads that fetch pages and write files: they let go of the GIL while they wait for either.

usage: gil_io.py [PAGES]

The server is slow, as servers are; a page takes 30 ms.
"""
import os
import socket
import sys
import tempfile
import threading
import time

THREADS = 6
PAGE = b"x" * 20000


def answer(connection):
    with connection:
        connection.recv(100)
        time.sleep(0.03)
        connection.sendall(PAGE)


def serve(listener, visits):
    for _ in range(visits):
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,)).start()


def fetch(address, folder, pages):
    for page in range(pages):
        with socket.create_connection(address) as connection:
            connection.sendall(b"page please\n")
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        with open(os.path.join(folder, f"{threading.get_ident()}.{page}"), "wb") as file:
            file.write(b"".join(parts))


def main():
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=fetch, args=(listener.getsockname(), folder, pages))
                   for _ in range(THREADS)]
        threads.append(threading.Thread(target=serve, args=(listener, THREADS * pages)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


main()
