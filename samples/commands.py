"""Threads that run commands: each starts processes, talks to them through pipes, and counts under a lock.

usage: commands.py
"""
import subprocess
import threading

THREADS, COMMANDS = 4, 5

lock = threading.Lock()
answers = []


def work(number):
    for i in range(COMMANDS):
        result = subprocess.run(["cat"], input=f"{number} {i}\n", stdout=subprocess.PIPE, text=True,
                                check=True)
        with lock:
            answers.append(result.stdout)


def main():
    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(set(answers)))


main()
