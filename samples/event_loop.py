"""Coroutines of asyncio, and functions that they have run in threads.

usage: event_loop.py executor|async_lock|thread_lock

"executor": the threads share a lock. "async_lock": coroutines hold an asyncio.Lock while they wait for
something. "thread_lock": they hold a threading.Lock, and the second one stops the loop for ever.
"""
import asyncio
import sys
import threading

COROUTINES = 10

cache_lock = threading.Lock()
cache = {}


def look_up(name):
    with cache_lock:
        return cache.setdefault(name, len(cache))


async def run_in_executor():
    loop = asyncio.get_running_loop()
    found = await asyncio.gather(*(loop.run_in_executor(None, look_up, i % 3) for i in range(COROUTINES)))
    print(len(set(found)))


async def update_politely(lock, number):
    async with lock:
        await asyncio.sleep(0)
        cache[number] = number


async def update_rudely(number):
    with cache_lock:
        await asyncio.sleep(0)
        cache[number] = number


async def run_with_async_lock():
    lock = asyncio.Lock()
    await asyncio.gather(*(update_politely(lock, i) for i in range(COROUTINES)))
    print(len(cache))


async def run_with_thread_lock():
    await asyncio.gather(*(update_rudely(i) for i in range(COROUTINES)))


WAYS = {"executor": run_in_executor, "async_lock": run_with_async_lock, "thread_lock": run_with_thread_lock}
asyncio.run(WAYS[sys.argv[1]]())
