"""A second factor in the dashboard: its picture is scanned and its codes are made as an app does."""

import base64
import hashlib
import hmac
import struct
import time
import urllib.parse
import zlib

import driver
from access_pages import GOOD
from driver import fail, get, many, one, said, text, wait
from forms import NAME, PASSWORD, SHOWN, answer, fill, press, sign_in, sign_out, told
from pyzbar.pyzbar import ZBarSymbol, decode


def grey(png):
    """The pixels of a PNG of eight bits a channel, as zbar takes them."""
    place, data = 8, b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place:place + 8])
        part = png[place + 8:place + 8 + length]
        if kind == b"IHDR":
            width, height, _, colours = struct.unpack(">IIBB", part[:10])
        elif kind == b"IDAT":
            data += part
        place += 12 + length
    size = {2: 3, 6: 4}[colours]
    raw, line, rows = zlib.decompress(data), bytearray(width * size), []
    for y in range(height):
        kind, *values = raw[y * (width * size + 1):(y + 1) * (width * size + 1)]
        above, line = line, bytearray(values)
        for x in range(len(line)):
            left = line[x - size] if x >= size else 0
            corner = above[x - size] if x >= size else 0
            near = min((left, above[x], corner), key=lambda one: abs(left + above[x] - corner - one))
            line[x] = (line[x] + (0, left, above[x], (left + above[x]) // 2, near)[kind]) & 255
        rows.append(bytes(line[::size]))
    return b"".join(rows), width, height


def totp(uri, later=0):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)
    key = base64.b32decode(query["secret"][0] + "=" * (-len(query["secret"][0]) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + later), hashlib.sha1).digest()
    start = digest[19] & 15
    return str((struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000).zfill(6)


def takes_a_second_factor():
    get("/access")
    fill(factor_password=PASSWORD)
    press("Set it up")
    picture = wait(lambda: one(".qr"), "the code to scan")
    found = decode(grey(picture.screenshot_as_png), symbols=[ZBarSymbol.QRCODE])
    uri = one(".factor a").get_attribute("href")
    if len(found) != 1 or found[0].data.decode() != uri or "secret" in driver.browser.current_url:
        fail(f"zbar reads {found}, and the link says {uri}")
    one("#code").send_keys("000000")
    press("Confirm")
    told("not the code of this moment")
    one("#code").send_keys(totp(uri))
    press("Confirm")
    told("Recovery codes")
    codes = [code.text for code in many("[data-secret]")]
    SHOWN.extend([*codes, urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)["secret"][0]])
    if len(set(codes)) != 10:
        fail(f"recovery codes {codes}")
    driver.browser.refresh()
    wait(lambda: not many("[data-once]") and "Each sign-in asks" in text(), "codes that are shown once")
    sign_out()
    sign_in(NAME, PASSWORD)
    told("Enter the code of your authenticator app")
    if one("#name").get_attribute("value") != NAME or one("#code").get_attribute("required") is None:
        fail("the second step forgets the first")
    # The code that confirmed is used up.
    sign_in(NAME, PASSWORD, totp(uri, 1))
    told("Overview")
    get("/access")
    fill(factor_password=PASSWORD, factor_code=codes[4])
    press("Remove the second factor")
    told("The second factor is removed")
    said("a second factor is scanned, confirmed, asked for at the sign-in, and removed")


def takes_the_factor_off_another():
    sign_out()
    sign_in("mira", GOOD)
    told("Overview")
    get("/access")
    fill(factor_password=GOOD)
    press("Set it up")
    uri = wait(lambda: one(".factor a"), "the link for the app").get_attribute("href")
    one("#code").send_keys(totp(uri))
    press("Confirm")
    told("Recovery codes")
    SHOWN.extend(code.text for code in many("[data-secret]"))
    get("/access")
    sign_out()
    sign_in(NAME, PASSWORD)
    told("Overview")
    get("/access/users?name=mira")
    one("tbody a").click()
    told("an authenticator app")
    for word in ["Leave it", "Remove the second factor"]:
        press("Remove the second factor")
        answer(word, "Remove the second factor of mira?")
        wait(lambda: not many("dialog[open]"), "the question is over")
        if word == "Leave it" and "an authenticator app" not in text():
            fail("it is removed although it was left")
    told("The second factor is removed; every sign-in has ended.")
    if "an authenticator app" in text() or "Remove the second factor" in [button.text for button in many("main button")]:
        fail("there is one still")
    sign_out()
    sign_in("mira", GOOD)
    told("Overview")
    sign_out()
    sign_in(NAME, PASSWORD)
    told("Overview")
    said("the second factor of somebody who has lost the app is removed after a question, and the password alone lets him in")
