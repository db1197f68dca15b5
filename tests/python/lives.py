"""What happens to the GIL besides taking and dropping it."""
import os
import sys
import threading
import time


def leave_daemons_behind():
    """They want the GIL when the interpreter shuts down, from a loop and from a call."""
    ready = threading.Barrier(5)

    def compute():
        ready.wait()
        while True:
            pass

    def call():
        ready.wait()
        while True:
            time.sleep(0)

    for target in (compute, compute, call, call):
        threading.Thread(target=target, daemon=True).start()
    ready.wait()


def fork():
    """The child makes its GIL anew, at the same address, and goes on with threads."""
    child = os.fork()
    if child == 0:
        for number in range(3):
            thread = threading.Thread(target=time.sleep, args=(0,))
            thread.start()
            thread.join()
        for number in range(50):
            time.sleep(0)
        os._exit(0)
    sys.exit(os.waitpid(child, 0)[1])


def interpreters():
    import _xxsubinterpreters as module
    for number in range(3):
        inner = module.create()
        module.run_string(inner, "import time\nfor number in range(20): time.sleep(0)")
        module.destroy(inner)


def paths():
    """More different stacks than are kept whole: each path through a tree of calls is one."""
    def left(depth):
        walk(depth)

    def right(depth):
        walk(depth)

    def walk(depth):
        if depth == 0:
            os.stat("/")
        else:
            left(depth - 1)
            right(depth - 1)

    walk(14)


def calls():
    for number in range(int(sys.argv[2])):
        time.sleep(0)


globals()[sys.argv[1]]()
