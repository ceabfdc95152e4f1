"""A collector of traces (OTLP/HTTP) and of error reports (Sentry's envelopes) on loopback, for tests.

What comes is decoded by OpenTelemetry's own protocol buffers and by Sentry's own reader, and each call becomes one line of JSON
in a file.

usage: telemetry_listener.py PORT FILE [--answers 503:1,429,200] [--certificate FILE --key FILE] [--reject N]
Answers are used up one a call, the last one holds on; `503:1` brings a Retry-After of one second.
"""

import argparse
import gzip
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sentry_sdk.envelope import Envelope

KINDS = {value: name for name, value in Span.SpanKind.items()}
CODES = {value: name for name, value in Status.StatusCode.items()}


def plain(value):
    """An AnyValue as JSON."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None


def pairs(attributes):
    names = [pair.key for pair in attributes]
    assert len(set(names)) == len(names), f"an attribute twice: {names}"
    return {pair.key: plain(pair.value) for pair in attributes}


def span(item):
    assert len(item.trace_id) == 16 and any(item.trace_id), "the trace's id"
    assert len(item.span_id) == 8 and any(item.span_id), "the span's id"
    assert len(item.parent_span_id) in (0, 8), "the parent's id"
    return {
        "trace": item.trace_id.hex(),
        "span": item.span_id.hex(),
        "parent": item.parent_span_id.hex(),
        "state": item.trace_state,
        "flags": item.flags,
        "name": item.name,
        "kind": KINDS[item.kind],
        "began": item.start_time_unix_nano,
        "ended": item.end_time_unix_nano,
        "attributes": pairs(item.attributes),
        "dropped": [item.dropped_attributes_count, item.dropped_events_count, item.dropped_links_count],
        "events": [
            {"name": event.name, "at": event.time_unix_nano, "attributes": pairs(event.attributes)}
            for event in item.events
        ],
        "links": [
            {
                "trace": link.trace_id.hex(),
                "span": link.span_id.hex(),
                "state": link.trace_state,
                "flags": link.flags,
                "attributes": pairs(link.attributes),
            }
            for link in item.links
        ],
        "status": CODES[item.status.code],
        "message": item.status.message,
    }


def traces(body):
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    # What is written again is the same length: nothing was there that the standard does not know.
    assert len(request.SerializeToString()) == len(body), "unknown fields"
    spans, resources, scopes = [], [], []
    for group in request.resource_spans:
        resources.append(pairs(group.resource.attributes))
        for scoped in group.scope_spans:
            scopes.append([scoped.scope.name, scoped.scope.version])
            spans += [span(item) for item in scoped.spans]
    return {"spans": spans, "resources": resources, "scopes": scopes}


def envelope(body):
    read = Envelope.deserialize(body)
    return {
        "headers": {name: str(value) for name, value in read.headers.items()},
        "items": [
            {"type": item.type, "payload": item.payload.json if item.type == "event" else None} for item in read.items
        ],
    }


class Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        record = {
            "path": self.path,
            "at": time.monotonic(),
            "fields": {name.lower(): value for name, value in self.headers.items()},
        }
        is_traces = self.path.endswith("/v1/traces")
        try:
            record.update(traces(body) if is_traces else envelope(body))
        except Exception as fault:
            record["fault"] = repr(fault)
        with self.server.lock:
            answers = self.server.answers
            status, _, pause = (answers.pop(0) if len(answers) > 1 else answers[0]).partition(":")
            record["status"] = int(status)
            self.server.file.write(json.dumps(record) + "\n")
            self.server.file.flush()
        answer = b""
        if is_traces and status == "200" and self.server.reject:
            response = ExportTraceServiceResponse()
            response.partial_success.rejected_spans = self.server.reject
            response.partial_success.error_message = "too many"
            answer = response.SerializeToString()
        self.send_response(int(status))
        if pause:
            self.send_header("Retry-After", pause)
        self.send_header("Content-Type", "application/x-protobuf" if is_traces else "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("file")
    parser.add_argument("--answers", default="200")
    parser.add_argument("--reject", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    chosen = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Listener)
    server.lock = threading.Lock()
    server.file = open(chosen.file, "a", encoding="utf-8")
    server.answers = chosen.answers.split(",")
    server.reject = chosen.reject
    if chosen.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.certificate, chosen.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
