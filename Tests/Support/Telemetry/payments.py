"""A receiver with spans of its own: it charges cards, and waits for a lock of its ledger while a file says so.

usage: payments.py PORT COLLECTOR SICKNESS-FILE
"""

import http.server
import os
import secrets
import sys
import threading
import time
import urllib.request

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PORT, COLLECTOR, SICKNESS = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def send(spans):
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "payments"
    group.scope_spans.add().spans.extend(spans)
    call = urllib.request.Request(
        f"{COLLECTOR}/v1/traces", data=request.SerializeToString(), headers={"Content-Type": "application/x-protobuf"})
    try:
        urllib.request.urlopen(call, timeout=5).close()
    except OSError:
        pass  # The story goes on without the span.


class Payments(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        trace, parent = bytes(16), b""
        if fields := self.headers.get("traceparent"):
            trace, parent = (bytes.fromhex(word) for word in fields.split("-")[1:3])
        own, began = secrets.token_bytes(8), time.time_ns()
        is_sick = self.path == "/charge" and os.path.exists(SICKNESS)
        time.sleep(2.5 if is_sick else 0.02)
        waited = time.time_ns()
        spans = [
            Span(trace_id=trace, span_id=own, parent_span_id=parent, name=f"POST {self.path}", kind=Span.SPAN_KIND_SERVER,
                 start_time_unix_nano=began, end_time_unix_nano=waited + 1_000_000),
            Span(trace_id=trace, span_id=secrets.token_bytes(8), parent_span_id=own, kind=Span.SPAN_KIND_CLIENT,
                 name="LOCK TABLE ledger" if is_sick else "INSERT INTO ledger",
                 start_time_unix_nano=began + 500_000, end_time_unix_nano=waited),
        ]
        threading.Thread(target=send, args=(spans,), daemon=True).start()
        try:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass  # The caller has given up.

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Payments).serve_forever()
