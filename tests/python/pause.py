"""A thread calls C code that does not let go of the GIL (PyDLL), and others want it."""
import ctypes
import threading

pause = ctypes.PyDLL(None).pause
started = threading.Barrier(3)


def wait_for_ever():
    started.wait()
    while True:
        pass


def keep():
    started.wait()
    pause()


for target in (wait_for_ever, keep):
    threading.Thread(target=target).start()
started.wait()
