"""One-time passwords of pyotp: a line `SECRET_IN_BASE32 SECONDS` gives the code; `uri URI` gives what pyotp reads of it."""
import sys

import pyotp

for line in sys.stdin:
    words = line.split()
    if words[0] == "uri":
        totp = pyotp.parse_uri(words[1])
        print(totp.secret, totp.interval, totp.digits, totp.issuer, totp.name, sep="|")
    else:
        print(pyotp.TOTP(words[0]).at(int(words[1])))
