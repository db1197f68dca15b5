"""Two threads import modules that import each other: CPython notices the circle and lets one go on."""
import importlib
import threading

both_inside = threading.Barrier(2)

if __name__ == "__main__":
    import circle  # the barrier that the modules see

    threads = [threading.Thread(target=importlib.import_module, args=(name,))
               for name in ("circle_first", "circle_second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
