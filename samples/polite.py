"""Two polite threads: each has one spoon, tries for the other one, and puts its own down if it cannot
have both.

usage: polite.py for_ever|insist

"for_ever": both do so at the same time, in step, so none ever gets both. "insist": after a few times one
of them keeps its spoon, and both eat.
"""
import itertools
import sys
import threading
import time

ROUNDS = {"for_ever": itertools.count, "insist": lambda: range(3)}

her_spoon = threading.Lock()
his_spoon = threading.Lock()
both_hold_one = threading.Barrier(2)
both_have_tried = threading.Barrier(2)


def try_to_eat(mine, other):
    for _ in ROUNDS[sys.argv[1]]():
        with mine:
            both_hold_one.wait()
            has_both = other.acquire(blocking=False)
            if has_both:
                other.release()
            both_have_tried.wait()
        time.sleep(0.001)


def her_turn():
    with her_spoon:
        with his_spoon:
            print("she eats")


def his_turn():
    with her_spoon:
        with his_spoon:
            print("he eats")


def dine(mine, other, insist):
    try_to_eat(mine, other)
    insist()


def main():
    threads = [threading.Thread(target=dine, args=(her_spoon, his_spoon, her_turn)),
               threading.Thread(target=dine, args=(his_spoon, her_spoon, his_turn))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
