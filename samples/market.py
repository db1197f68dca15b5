"""Producers and consumers who talk through conditions.

usage: market.py notify|notify_all|timeout|two_conditions|too_early|just_in_time

"two_conditions" are on one RLock. "too_early": the producer notifies before the consumer waits, and the
consumer does not look whether there is something already; "just_in_time" does.
"""
import collections
import sys
import threading

ITEMS, CONSUMERS = 60, 3


class Market:
    """One condition: somebody may find something."""

    def __init__(self):
        self.changed = threading.Condition()
        self.items = collections.deque()

    def put(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def put_for_all(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            return self.items.popleft()

    def get_patiently(self):
        with self.changed:
            while not self.items:
                self.changed.wait(timeout=0.01)
            return self.items.popleft()

    def get_without_looking(self):
        with self.changed:
            self.changed.wait()
            return self.items.popleft()


class SmallMarket:
    """Room for two: producers wait for room, consumers for items, under one RLock."""

    def __init__(self):
        self.lock = threading.RLock()
        self.has_room = threading.Condition(self.lock)
        self.has_items = threading.Condition(self.lock)
        self.items = collections.deque()

    def put(self, item):
        with self.lock:
            self.has_room.wait_for(lambda: len(self.items) < 2)
            self.items.append(item)
            self.has_items.notify()

    def get(self):
        with self.lock:
            self.has_items.wait_for(lambda: self.items)
            item = self.items.popleft()
            self.has_room.notify()
            return item


def repeat(times, function, *words):
    for _ in range(times):
        function(*words)


def trade(put, get):
    consumers = [threading.Thread(target=repeat, name=f"consumer-{i}", args=(ITEMS // CONSUMERS, get))
                 for i in range(CONSUMERS)]
    producer = threading.Thread(target=repeat, name="producer", args=(ITEMS, put, "apple"))
    for thread in (*consumers, producer):
        thread.start()
    for thread in (*consumers, producer):
        thread.join()


def trade_once(put, get):
    """The producer has gone when the consumer comes."""
    for name, function, words in (("producer", put, ("apple",)), ("consumer", get, ())):
        thread = threading.Thread(target=function, name=name, args=words)
        thread.start()
        thread.join()


def main():
    market, small = Market(), SmallMarket()
    run, put, get = {
        "notify": (trade, market.put, market.get),
        "notify_all": (trade, market.put_for_all, market.get),
        "timeout": (trade, market.put, market.get_patiently),
        "two_conditions": (trade, small.put, small.get),
        "too_early": (trade_once, market.put, market.get_without_looking),
        "just_in_time": (trade_once, market.put, market.get),
    }[sys.argv[1]]
    run(put, get)
    print(len(market.items))


main()
