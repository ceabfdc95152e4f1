"""Judges signed calls with PyPI's standardwebhooks.

Reads a call a line, tab-separated: the secret, webhook-id, webhook-timestamp, webhook-signature and the body in base64.
Prints for each "verified" or "refused".
"""

import base64
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    secret, identifier, timestamp, signature, body = line.rstrip("\n").split("\t")
    headers = {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        Webhook(secret).verify(base64.b64decode(body), headers, json_parse=False)
        print("verified")
    except WebhookVerificationError:
        print("refused")
