"""Threads that have to take the GIL from each other: `hand over` says how often each must get it."""
import sys
import threading

turns = [0, 0]
rounds = int(sys.argv[1])


def hand_over(me):
    """Never lets go by itself: each turn of the other is one that it had to ask for."""
    while turns[me] < rounds:
        while turns[me] > turns[1 - me]:
            pass
        turns[me] += 1


threads = [threading.Thread(target=hand_over, args=(me,)) for me in (0, 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
