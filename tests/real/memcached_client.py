"""Eight connections at once store, count and read back; prints sums only."""
import os
import socket
import sys
import threading
import time


def connect(path):
    for _ in range(100):
        if os.path.exists(path):
            break
        time.sleep(0.1)
    link = socket.socket(socket.AF_UNIX)
    link.connect(path)
    return link, link.makefile("rwb")


def ask(stream, text):
    stream.write(text.encode())
    stream.flush()
    return stream.readline().decode().strip()


def work(path, number, answers):
    link, stream = connect(path)
    for i in range(300):
        answers[number].append(ask(stream, f"set k{number}-{i} 0 0 5\r\nv{i:04}\r\n"))
        ask(stream, "incr counter 1\r\n")
    for i in range(0, 300, 7):
        answers[number].append(ask(stream, f"get k{number}-{i}\r\n"))
        answers[number].append(stream.readline().decode().strip())
        stream.readline()
    link.close()


def main():
    path = sys.argv[1]
    _, stream = connect(path)
    print(ask(stream, "set counter 0 0 1\r\n0\r\n"))
    answers = [[] for _ in range(8)]
    threads = [threading.Thread(target=work, args=(path, n, answers)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(list(map(len, answers))), sorted(set(answers[3]))[:5], ask(stream, "incr counter 0\r\n"))


main()
