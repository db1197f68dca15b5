"""Threads that keep what they need in thread-local data, and share nothing: no lock of the program's.

usage: local_data.py
"""
import threading

THREADS, ROUNDS = 8, 200

mine = threading.local()


def work(results, number):
    mine.total = 0
    for i in range(ROUNDS):
        mine.total += i * number
    results[number] = mine.total


def main():
    results = [None] * THREADS
    threads = [threading.Thread(target=work, args=(results, number)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(results))


main()
