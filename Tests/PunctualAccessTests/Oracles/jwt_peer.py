"""PyJWT and Authlib as issuers and as readers of tokens.

A line `make ISSUER AUDIENCE NOW` gives, a line each, `LIBRARY ALG JWK TOKEN`; a line `read LIBRARY ISSUER AUDIENCE JWKS TOKEN` gives
the claims as JSON. JSON is written without blanks.
"""
import json
import sys
import warnings

import authlib.deprecate  # Sets a filter of its own, which ours must follow.
import jwt

warnings.simplefilter("ignore")
from authlib.jose import JsonWebKey, JsonWebToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa


def short():
    """A key whose x begins with a zero byte, which Authlib leaves out."""
    while True:
        key = ec.generate_private_key(ec.SECP256R1())
        if key.public_key().public_numbers().x >> 248 == 0:
            return key


KEYS = [
    ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
    ("ES256", ec.generate_private_key(ec.SECP256R1())),
    ("ES256", short()),
    ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    ("PS256", rsa.generate_private_key(public_exponent=65537, key_size=3072)),
]


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def make(issuer, audience, now):
    claims = {"iss": issuer, "aud": [audience, "other"], "sub": "rosa", "iat": now, "nbf": now, "exp": now + 300,
              "jti": "1", "groups": ["ops", "ünïcödé"], "email": "rosa@example.com"}
    for alg, key in KEYS:
        jwk = dict(JsonWebKey.import_key(pem(key)).as_dict(is_private=False))
        for library in ("pyjwt", "authlib"):
            kid = f"{library}-{alg}"
            jwk.update(kid=kid, alg=alg, use="sig")
            header = {"alg": alg, "kid": kid, "typ": "JWT"}
            if library == "pyjwt":
                token = jwt.encode(claims, pem(key), algorithm=alg, headers=header)
            else:
                token = JsonWebToken([alg]).encode(header, claims, JsonWebKey.import_key(pem(key))).decode()
            print(library, alg, compact(jwk), token)


def read(library, issuer, audience, jwks, token):
    keys = json.loads(jwks)
    if library == "pyjwt":
        kid = jwt.get_unverified_header(token)["kid"]
        key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == kid)
        claims = jwt.decode(token, key.key, algorithms=["EdDSA"], audience=audience, issuer=issuer,
                            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False})
    else:
        claims = dict(JsonWebToken(["EdDSA"]).decode(token, JsonWebKey.import_key_set(keys)))
        assert claims["iss"] == issuer and claims["aud"] == audience
    print(compact(claims))


for line in sys.stdin:
    words = line.split()
    if words[0] == "make":
        make(words[1], words[2], int(words[3]))
    else:
        read(*words[1:])
