"""Keeps one number in memory: "get" answers it, "add" adds one. One line a connection."""

import os
import signal
import socketserver
import sys
import threading

number = 0


class Line(socketserver.StreamRequestHandler):
    def handle(self):
        global number
        line = self.rfile.readline().strip()
        if line == b"add":
            number += 1
        self.wfile.write(b"%d\n" % number)


class Server(socketserver.TCPServer):
    allow_reuse_address = True


with Server(("127.0.0.1", int(os.environ["PORT"])), Line) as server:
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    print(f"the store closes with {number}", flush=True)
sys.exit(0)
