#!/usr/bin/env python3
"""Prints each webhook that arrives: python3 Examples/http-listener.py [PORT]"""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        due = self.headers.get("punctual-scheduled-at", "-")
        attempt = self.headers.get("punctual-attempt", "-")
        print(f"{self.command} {self.path} scheduled {due} attempt {attempt}: {body[:200]!r}", flush=True)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, *arguments):
        pass


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
server = ThreadingHTTPServer(("127.0.0.1", port), Listener)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass
