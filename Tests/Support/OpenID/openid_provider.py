"""An OpenID provider for tests, on loopback: Authlib's authorization server with PKCE, everybody consents at once.

Usage: openid_provider.py PORT

`POST /control` with a JSON object changes what it answers wrongly (see `Knobs`), `POST /rotate` gives it another key,
`POST /mint` with claims answers a token signed by its key, and `GET /control` tells how often each path was asked for.
"""

import base64
import collections
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request, grants  # noqa: E402
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # noqa: E402
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from authlib.oidc.core.grants import OpenIDCode  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402
from joserfc import jwk, jwt  # noqa: E402

PORT = int(sys.argv[1])
ISSUER = f"http://127.0.0.1:{PORT}"
CLIENT, SECRET = "punctual", "a/secret: with+signs%"


class Knobs(dict):
    """What is answered otherwise than it should be; each is left alone when it is missing.

    issuer (of the document), jwks_uri, token_endpoint, document (members), claims (of ID tokens; null removes), alg
    (HS256, none), kid, at_hash, challenge (kept in place of the sent one), answer (parameters of the redirect; null
    removes), status (by path), redirect (by path), padding (bytes added to the key set), cache_control, deny.
    """


class State:
    lock = threading.RLock()
    knobs = Knobs()
    counts = collections.Counter()
    codes = {}
    keys = []
    seen = {}


def add_key():
    number = len(State.keys) + 1
    key = jwk.RSAKey.generate_key(2048, {"kid": f"key-{number}", "use": "sig", "alg": "RS256"}, private=True)
    with State.lock:
        # The one before is gone at once, so that whoever kept it notices.
        State.keys = State.keys + [key]
    return key


def private_key():
    return State.keys[-1]


def encode(claims):
    """A token with the claims, signed as the knobs say."""
    key, knobs = private_key(), State.knobs
    algorithm = knobs.get("alg", "RS256")
    header = {"alg": algorithm, "kid": knobs.get("kid", key.kid), "typ": "JWT"}
    if algorithm == "RS256":
        return jwt.encode(header, claims, key, ["RS256"])

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    body = part(header) + b"." + part(claims)
    signature = b""
    if algorithm == "HS256":
        # The oldest trick: the public key as the shared one.
        public = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signature = hmac.new(public, body, hashlib.sha256).digest()
    return (body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


class Client(ClientMixin):
    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.endswith("/callback")

    def check_client_secret(self, client_secret):
        return hmac.compare_digest(client_secret, SECRET)

    def check_endpoint_auth_method(self, method, endpoint):
        return method == State.knobs.get("auth_method", "client_secret_basic")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code:
    def __init__(self, request):
        data = request.payload.data
        self.redirect_uri, self.scope, self.nonce = data["redirect_uri"], data["scope"], data.get("nonce")
        self.code_challenge = State.knobs.get("challenge", data.get("code_challenge"))
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return int(time.time())

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        State.codes[code] = Code(request)

    def query_authorization_code(self, code, client):
        return State.codes.get(code)

    def delete_authorization_code(self, authorization_code):
        State.codes = {code: kept for code, kept in State.codes.items() if kept is not authorization_code}

    def authenticate_user(self, authorization_code):
        return "alice"


class Tokens(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in State.codes.values())

    def get_client_claims(self, client):
        return {"iss": ISSUER, "aud": CLIENT}

    def resolve_client_private_key(self, client):
        return private_key()

    def generate_user_info(self, user, scope):
        return {"sub": "alice-1", "email": "ada@example.com", "groups": ["staff", "oncall"]}

    def encode_id_token(self, token, request):
        genuine = super().encode_id_token(token, request)
        claims = json.loads(base64.urlsafe_b64decode(genuine.split(".")[1] + "=="))
        now = int(time.time())
        claims.update(iat=now, exp=now + 300)
        if "at_hash" in State.knobs:
            claims["at_hash"] = State.knobs["at_hash"]
        for name, value in State.knobs.get("claims", {}).items():
            # Seconds from now stand as "+60".
            if isinstance(value, str) and value[:1] in "+-" and value[1:].isdigit():
                value = now + int(value)
            claims[name] = value
        return encode({name: value for name, value in claims.items() if value is not None})


class Server(AuthorizationServer):
    def query_client(self, client_id):
        return Client() if client_id == CLIENT else None

    def save_token(self, token, request):
        pass

    def send_signal(self, name, *args, **kwargs):
        pass

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        return status, body, headers


class Request(OAuth2Request):
    """A request with its parameters read."""

    def __init__(self, method, uri, values, headers):
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(values)

    @property
    def args(self):
        return self.payload.data

    @property
    def form(self):
        return self.payload.data


SERVER = Server()
SERVER.register_token_generator(
    "default", BearerTokenGenerator(lambda **_: os.urandom(24).hex(), expires_generator=lambda *_, **__: 300))
SERVER.register_grant(CodeGrant, [Tokens(require_nonce=True), CodeChallenge(required=True)])


def document():
    methods = [State.knobs.get("auth_method", "client_secret_basic")]
    found = {
        "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks", "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
    }
    found.update(State.knobs.get("document", {}))
    return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length",):
                self.send_header(name, value)
        if not any(name.lower() == "content-type" for name, _ in headers):
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def values(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        query = urllib.parse.urlsplit(self.path).query
        form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        return dict(urllib.parse.parse_qsl(query + ("&" + body if form else ""))), body

    def is_out_of_order(self, path):
        status, target = State.knobs.get("status", {}).get(path), State.knobs.get("redirect", {}).get(path)
        if target is not None:
            self.answer(302, "", [("Location", target)])
        elif status is not None:
            self.answer(status, {"error": "temporarily_unavailable"})
        return target is not None or status is not None

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        values, _ = self.values()
        if path == "/control":
            return self.answer(200, {"counts": dict(State.counts), "seen": State.seen})
        with State.lock:
            State.counts[path] += 1
        if self.is_out_of_order(path):
            return None
        if path == "/.well-known/openid-configuration":
            return self.answer(200, document())
        if path == "/jwks":
            keys = {"keys": [private_key().as_dict(private=False)], "padding": "x" * State.knobs.get("padding", 0)}
            keys["keys"] += State.knobs.get("more_keys", [])
            control = State.knobs.get("cache_control")
            return self.answer(200, keys, [("Cache-Control", control)] if control else [])
        if path == "/authorize":
            return self.authorize(values)
        return self.answer(404, {"error": "not_found"})

    def authorize(self, values):
        with State.lock:
            State.seen = values
            request = Request("GET", ISSUER + self.path, values, self.headers)
            user = None if State.knobs.get("deny") else "alice"
            grant = SERVER.get_consent_grant(request, end_user="alice")
            status, body, headers = SERVER.create_authorization_response(request, grant_user=user, grant=grant)
        changes = State.knobs.get("answer", {})
        fixed = []
        for name, value in headers:
            if name == "Location":
                head, _, query = value.partition("?")
                sent = dict(urllib.parse.parse_qsl(query))
                sent.update(changes)
                value = head + "?" + urllib.parse.urlencode({k: v for k, v in sent.items() if v is not None})
            fixed.append((name, value))
        return self.answer(status, body, fixed)

    def do_POST(self):
        path = urllib.parse.urlsplit(self.path).path
        values, body = self.values()
        with State.lock:
            if path == "/control":
                State.knobs = Knobs(json.loads(body))
                return self.answer(200, {})
            if path == "/rotate":
                return self.answer(200, {"kid": add_key().kid})
            if path == "/mint":
                return self.answer(200, {"token": encode(json.loads(body))})
            State.counts[path] += 1
            if self.is_out_of_order(path):
                return None
            if path == "/token":
                request = Request("POST", ISSUER + self.path, values, self.headers)
                return self.answer(*SERVER.create_token_response(request))
        return self.answer(404, {"error": "not_found"})


add_key()
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
