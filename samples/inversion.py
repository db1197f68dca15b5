"""Two threads take two locks in both orders: at the same time, or one thread after the other.

usage: inversion.py together|in_turn

"together" can deadlock, though it seldom does. "in_turn" cannot: the first thread has been joined
before the second one is started.
"""
import sys
import threading

accounts = threading.Lock()
journal = threading.Lock()


def transfer():
    with accounts:
        with journal:
            pass


def audit():
    with journal:
        with accounts:
            pass


def main():
    threads = [threading.Thread(target=transfer), threading.Thread(target=audit)]
    if sys.argv[1:] == ["in_turn"]:
        for thread in threads:
            thread.start()
            thread.join()
        return
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
