"""Threads that compute: they take turns at the GIL, and four are no faster than one.

usage: gil_compute.py [NUMBERS]
"""
import sys
import threading

THREADS = 4


def count_primes(numbers, found, place):
    for number in range(2, numbers):
        for divisor in range(2, number):
            if number % divisor == 0:
                break
        else:
            found[place] += 1


def main():
    numbers = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    found = [0] * THREADS
    threads = [threading.Thread(target=count_primes, args=(numbers, found, place))
               for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1, found


main()
