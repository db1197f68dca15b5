"""A web server with a thread for each request, and clients that load it, in one process.

usage: web_server.py [REQUESTS]
"""
import http.client
import http.server
import sys
import threading

CLIENTS = 8


class Visits:
    def __init__(self):
        self.lock = threading.Lock()
        self.count = {}

    def add(self, path):
        with self.lock:
            self.count[path] = self.count.get(path, 0) + 1
            return self.count[path]


visits = Visits()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = f"visit {visits.add(self.path)}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Says nothing."""


def client(port, requests):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(requests):
        connection.request("GET", f"/{number % 3}")
        connection.getresponse().read()
    connection.close()


def main():
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, name="server")
    serving.start()
    clients = [threading.Thread(target=client, name=f"client-{i}", args=(server.server_port, requests))
               for i in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    server.shutdown()
    serving.join()
    server.server_close()
    print(sum(visits.count.values()))


main()
