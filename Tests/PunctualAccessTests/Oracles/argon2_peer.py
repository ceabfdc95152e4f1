"""Hashes and checks passwords with argon2-cffi: a line `hash TEXT` or `check HASH TEXT`, texts in hexadecimal UTF-8."""
import sys

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
for line in sys.stdin:
    words = line.split()
    text = bytes.fromhex(words[-1][1:])
    if words[0] == "hash":
        print(hasher.hash(text))
    else:
        try:
            print(hasher.verify(words[1], text))
        except VerifyMismatchError:
            print(False)
