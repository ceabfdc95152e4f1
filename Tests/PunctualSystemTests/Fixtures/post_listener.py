"""Takes every POST on a free port of loopback and prints it as a line of JSON; answers as PagerDuty and Slack do."""

import http.server
import json


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        print(json.dumps({"path": self.path, "body": json.loads(body)}), flush=True)
        pagerduty = self.path.startswith("/v2/")
        answer = b'{"status":"success","message":"Event processed","dedup_key":"x"}' if pagerduty else b"ok"
        self.send_response(202 if pagerduty else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
