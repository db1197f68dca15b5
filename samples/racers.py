"""Racers who wait for the start signal, an Event.

usage: racers.py started|limited|forgotten

"limited": they lose patience before there is a signal. "forgotten": nobody ever gives it.
"""
import sys
import threading

RACERS = 6


class Race:
    def __init__(self):
        self.start = threading.Event()
        self.all_ready = threading.Barrier(RACERS + 1)
        self.order = []

    def racer(self, number):
        self.all_ready.wait()
        self.start.wait(timeout=0.05 if sys.argv[1] == "limited" else None)
        self.order.append(number)


def main():
    race = Race()
    racers = [threading.Thread(target=race.racer, name=f"racer-{i}", args=(i,)) for i in range(RACERS)]
    for racer in racers:
        racer.start()
    race.all_ready.wait()
    if sys.argv[1] == "started":
        race.start.set()
    for racer in racers:
        racer.join()
    print(sorted(race.order))


main()
