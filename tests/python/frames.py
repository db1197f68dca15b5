"""Takes locks at many places, and prints the chain of Python frames of each as sys._getframe sees it.

A line per distinct chain: JSON, a list of [function, file, line], innermost first. Frames come by
functions, methods, closures, generators, comprehensions, lambdas, class bodies, callbacks from native
code (sort, map, functools), exec'd code, decorators, context managers, exceptions and threads.
"""
import functools
import json
import sys
import threading

CHAINS = set()
HAS_QUALNAME = sys.version_info >= (3, 11)


def take():
    lock = threading.Lock()
    lock.acquire(); note(sys._getframe())  # noqa: E702 (one line, so that both have the same number)


def note(frame):
    chain = []
    while frame:
        code = frame.f_code
        chain.append((code.co_qualname if HAS_QUALNAME else code.co_name, code.co_filename,
                      frame.f_lineno))
        frame = frame.f_back
    CHAINS.add(tuple(chain))


class Box:
    in_class_body = [take() for _ in range(2)]

    def method(self, depth):
        if depth:
            return self.method(depth - 1)
        return take()

    @classmethod
    def of_class(cls):
        take()

    @property
    def value(self):
        take()
        return 1

    def __enter__(self):
        take()
        return self

    def __exit__(self, *_):
        take()

    def __lt__(self, other):
        take()
        return id(self) < id(other)

    def __del__(self):
        take()


def generator(count):
    for i in range(count):
        take()
        yield i
        try:
            raise ValueError(
                i)
        except ValueError:
            take()
        finally:
            take()


def closures():
    def inner(number):
        return (take(),
                take(),
                number)
    return [(lambda n=n: inner(n))() for n in range(3)]


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments, **names):
        take()
        return function(*arguments,
                        **names)
    return wrapper


@decorated
def many_lines(a, b=2,
               *rest):
    value = [
        take() or a,
        take() or b,
        *map(lambda r: take() or r,
             rest),
    ]
    while value:
        value.pop() if take() else value.pop()
    return None if value else take()


async def coroutine(depth):
    take()
    if depth:
        await coroutine(depth - 1)
    take()


def drive(awaitable):
    try:
        awaitable.send(None)
    except StopIteration:
        take()


def everything(salt):
    box = Box()
    for depth in range(0, 20, 3):
        box.method(depth)
    box.of_class()
    assert box.value
    with box, Box():
        take()
    sorted([Box(), Box(), Box()])
    list(generator(3))
    [x for x in generator(2)]
    sum(x for x in generator(2))
    closures()
    many_lines(1, 2, 3, 4)
    drive(coroutine(3))
    functools.reduce(lambda a, b: take(), [1, 2, 3])
    for i in range(30):
        source = "\n" * i + f"def made_{salt}_{i}():\n" + "  x = 1\n" * i + "  take()\n" + f"made_{salt}_{i}()\n"
        exec(compile(source, f"<made {salt} {i}>", "exec"), {"take": take})
    "é".join([str(take())])


def étrange():
    take()


def main():
    everything(0)
    étrange()
    threads = [threading.Thread(target=everything, args=(n,)) for n in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for chain in CHAINS:
        print(json.dumps(chain))


main()
