"""Drives the pages of access, audit, notifications and settings with Chromium, as dashboard_browser.py does the others.

  dashboard_keys.py ADDRESS FOLDER TOKEN PROVIDER

ADDRESS is that of an installation with access control that has no administrator yet, TOKEN makes the first, and PROVIDER is
what the button says that signs in at an OpenID provider.
"""

import base64
import hashlib
import hmac
import http.server
import json
import struct
import threading
import time
import urllib.parse
import zlib

import dashboard_browser as driver
from dashboard_browser import address, chromium, closed, errors, fail, look, many, one, said, size, text, wait
from pyzbar.pyzbar import ZBarSymbol, decode
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

TOKEN, PROVIDER = closed
NAME, PASSWORD = "grace", "a long walk by the river"
# What must stand in no log; written to shown.txt at the end.
SHOWN = [PASSWORD, "hunter2", "hunter3", "seven bridges", "a longer walk by the sea"]
LONG = "a-name-that-is-as-long-as-names-may-be-and-has-no-place-to-break"[:64]


def get(path):
    driver.browser.get(address + path)
    wait(lambda: driver.browser.execute_script("return document.readyState") == "complete", path)


def fill(**fields):
    for id, value in fields.items():
        field = one("#" + id.replace("_", "-"))
        if field.tag_name == "select":
            Select(field).select_by_visible_text(value)
        else:
            field.clear()
            field.send_keys(value)


def press(words, within="main"):
    """The button that says so, by its text or its name."""
    found = [button for button in many(f"{within} button")
             if words in (button.text, button.get_attribute("aria-label")) and button.is_displayed()]
    if len(found) != 1:
        fail(f"{len(found)} buttons say {words!r}: {driver.browser.current_url}\n{text()[:800]}")
    found[0].click()


def unfold(words):
    [found] = [summary for summary in many("main summary") if words in summary.text]
    if found.find_element(By.XPATH, "..").get_attribute("open") is None:
        found.click()


def told(words):
    wait(lambda: words in text(), f"“{words}”")


def answer(words, title):
    """Says yes to a question of the browser, after it was left once."""
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if title not in dialog.text:
        fail(f"{title!r} is not asked: {dialog.text}")
    press(words, "dialog[open]")


def secret():
    """What is shown once; a reload must not show, or make, another."""
    [code] = many("[data-secret]")
    found = code.text
    SHOWN.append(found)
    if found in driver.browser.current_url:
        fail("a secret in the address")
    driver.browser.refresh()
    wait(lambda: found not in text() and not many("[data-once]"), "a page that is shown once")
    return found


def sign_in(name, password, code=None):
    wait(lambda: one("#password"), "the sign-in")
    if not many("#name[value]") or one("#name").get_attribute("value") != name:
        fill(name=name)
    one("#password").send_keys(password)
    if code:
        one("#code").send_keys(code)
    one("button.primary").click()


def sign_out():
    one(".who button").click()
    wait(lambda: "/sign-in" in driver.browser.current_url, "signed out")


def sets_up():
    driver.browser.get(f"{address}/setup#token={TOKEN}")
    wait(lambda: one("#token").get_attribute("value"), "the token")
    fill(name=NAME, password=PASSWORD)
    one("button").click()
    link = wait(lambda: one("#next a"), "the way to the sign-in")
    if driver.browser.switch_to.active_element != link or TOKEN in driver.browser.current_url:
        fail("the set-up does not lead on")
    link.click()
    sign_in(NAME, PASSWORD)
    told("Overview")
    said("the set-up leads to the sign-in")


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


def lets_people_in():
    get("/access/users")
    unfold("New user")
    fill(new_name="ada", role="editor", service="billing")
    press("Make the user")
    told("The password of ada")
    found = secret()
    told("billing")
    unfold("Give a role")
    fill(role="viewer", service="crm", days="in 30 days")
    press("Give the role")
    told("Given: viewer for crm.")
    [row] = [row for row in many("tr[id^=grant-]") if "crm" in row.text]
    Select(row.find_element(By.NAME, "role")).select_by_visible_text("operator")
    row.find_element(By.CSS_SELECTOR, "button[value=change]").click()
    told("Changed: operator for crm.")
    [row] = [row for row in many("tr[id^=grant-]") if "crm" in row.text]
    row.find_element(By.CSS_SELECTOR, "button[value=take]").click()
    answer("Leave it", "Take a role away?")
    wait(lambda: not many("dialog[open]") and "crm" in one("main").text, "nothing happens")
    [row] = [row for row in many("tr[id^=grant-]") if "crm" in row.text]
    row.find_element(By.CSS_SELECTOR, "button[value=take]").click()
    answer("Take it away", "Take a role away?")
    told("The role is taken away.")
    press("Disable")
    answer("Disable the user", "Disable ada?")
    told("Disabled; nothing of it is let in.")
    press("Enable")
    told("Enabled.")
    press("Set the password")
    answer("Set the password", "Set another password for ada?")
    told("The password of ada")
    if secret() == found:
        fail("the same password again")
    fill(name=LONG)
    press("Save")
    told("Saved.")
    get("/access/users?name=" + LONG)
    one("tbody a").click()
    wait(lambda: one("h1").text == LONG, "the user, found by name")
    press("Delete")
    answer("Delete the user", f"Delete {LONG}?")
    told("Deleted the user.")
    said("people are let in, given roles, shut out and deleted")


def makes_keys():
    get("/access/service-accounts")
    unfold("New service account")
    fill(new_name="deploy", role="operator", service="billing")
    press("Make the service account")
    told("Made the service account deploy.")
    unfold("New key")
    fill(key_name="ci", key_addresses="127.0.0.0/8")
    press("Make the key")
    told("The key ci")
    first = secret()
    if not works(first):
        fail("the key opens nothing")
    press("Rotate ci")
    told("The key ci")
    second = secret()
    if first == second or not works(first) or not works(second):
        fail("both keys should open")
    told("the old one holds until")
    press("Rotate ci")
    told("Rotate the key again?")
    one(".card a.button").click()
    told("the old one holds until")
    press("Revoke ci")
    answer("Revoke the key", "Revoke the key ci?")
    told("The key is revoked.")
    if works(second):
        fail("it is revoked, and opens")
    get("/access/keys")
    told("Revoked")
    said("a key is made, rotated and revoked, and shown once each time")


def works(key):
    request = driver.urllib.request.Request(address + "/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    try:
        with driver.urllib.request.urlopen(request, timeout=20):
            return True
    except driver.urllib.error.HTTPError:
        return False


def keeps_secrets():
    get("/access/secrets?service=billing")
    unfold("Set a secret")
    fill(secret_name="SLACK_URL", secret_value="hunter2\nand more")
    press("Set the secret")
    told("The secret SLACK_URL is set.")
    unfold("Set a secret")
    fill(secret_name="SLACK_URL", secret_value="hunter3")
    press("Set the secret")
    told("has another value, version 2.")
    if "hunter" in driver.browser.page_source:
        fail("a value is shown")
    press("Delete SLACK_URL")
    answer("Delete the secret", "Delete the secret SLACK_URL?")
    told("The secret SLACK_URL is deleted.")
    said("secrets are set and deleted, and never shown")


def reads_the_log():
    get("/audit")
    for sentence in ["grace made the user ada", "grace gave the role editor for billing to", "grace signed in",
                     "grace rotated the key ci of deploy", "grace set the secret SLACK_URL in billing"]:
        told(sentence)
    fill(who="GRACE")
    Select(one("#operation")).select_by_visible_text("revoke the key")
    press("Search")
    wait(lambda: "by: grace" in one(".chips").text and len(many(".log > li")) == 1, "one entry")
    one(".log summary").click()
    wait(lambda: "revoked_at" in one(".log").text and "127.0.0.1" in one(".log").text, "what it says of it")
    one(".log dd a").click()
    wait(lambda: len(many(".log > li")) > 5, "all of the same person")
    driver.browser.execute_script("document.getElementById('from').value = '2031-01-01T00:00'")
    press("Search")
    told("No entry is like that.")
    lines = driver.browser.execute_async_script(
        "const done = arguments[0]; fetch(document.querySelector('a[download]')?.href ?? '/api/v1/audit/export')"
        ".then((answer) => answer.text()).then(done)")
    if not [line for line in lines.splitlines() if json.loads(line)["operation"] == "revokeKey"]:
        fail("the export has no such entry")
    get("/audit")
    head = one(".explain code[data-secret]").text
    if not head.split(":")[0].isdigit() or "as the store’s own note says" not in text():
        fail(f"the chain: {text()[:300]}")
    said("the log is read as sentences, searched, and exported")


# What the rules refuse, for a user mira, and what is said of each.
REFUSED = {
    "short": "password must have at least 15 characters; a sentence is a good password.",
    "passwordpassword": "password is one of those that are tried first.",
    "miramiramiramira": "password is little more than \"mira\".",
    "aaaaaaaaaaaaaaaa": "password is a run or a repetition of a few characters.",
}
GOOD = "nine lighthouses in the fog"


def refuses_passwords():
    get("/access/users")
    unfold("New user")
    for word, why in REFUSED.items():
        fill(new_name="mira", new_password=word, role="viewer")
        press("Make the user")
        told(why)
        if not one("#new-password").is_displayed() or one("#new-password").get_attribute("value"):
            fail("the form is folded away, or gives the password back")
        if one("#new-name").get_attribute("value") != "mira":
            fail("the name that was typed is lost")
    fill(new_name="mira", new_password=GOOD, role="viewer")
    SHOWN.append(GOOD)
    press("Make the user")
    told("Made the user mira.")
    for word, why in REFUSED.items():
        fill(password=word)
        press("Set the password")
        answer("Set the password", "Set another password for mira?")
        told(why)
    get("/access")
    for word, again, why in [("passwordpassword", "passwordpassword", REFUSED["passwordpassword"]),
                             (GOOD, GOOD + "s", "The new password was typed in two ways; nothing was changed.")]:
        fill(current=PASSWORD, password=word, again=again)
        press("Change the password")
        told(why)
        if one("[role=alert]").text.strip() == "" or one("#password").get_attribute("value"):
            fail("a refusal is no alert, or gives the password back")
    said("a password that the rules refuse is refused in words, wherever it is typed")


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


class Receiver(http.server.BaseHTTPRequestHandler):
    bodies = []

    def do_POST(self):
        Receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def notifies():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    get("/notifications")
    told("Nobody is told")
    ActionChains(driver.browser).send_keys("n").perform()
    wait(lambda: driver.browser.current_url.endswith("/new-notification"), "n")
    fill(name="hook")
    one("label[for=channel-slack]").click()
    wait(lambda: one("#slack_url").is_displayed() and not one("#webhook_url").is_displayed(), "fields of the channel")
    one("label[for=channel-webhook]").click()
    one("#webhook_url").send_keys("nowhere")
    press("Make the notification")
    wait(lambda: one("#webhook_url-fault"), "a fault beside its field")
    one("#webhook_url").clear()
    one("#webhook_url").send_keys(f"http://127.0.0.1:{server.server_port}/")
    press("Make the notification")
    told("Made hook.")
    press("Send a test")
    told("The test of hook was sent")
    if "This is a test" not in "".join(Receiver.bodies):
        fail(f"it did not arrive: {Receiver.bodies}")
    server.shutdown()
    server.server_close()
    get("/notifications")
    press("Send a test of hook")
    told("The test of hook was not sent:")
    one("tbody a").click()
    wait(lambda: one(".actions a.button"), "the notification").click()
    wait(lambda: one("input[name=on][value=late]"), "its form").click()
    press("Save changes")
    told("failed, recovered, late")
    press("Delete")
    answer("Delete the notification", "Delete the notification hook?")
    told("Deleted the notification hook.")
    said("a notification is made, tried, changed and deleted")


def sets():
    get("/settings")
    press("Dark")
    wait(lambda: driver.browser.execute_script("return document.documentElement.dataset.theme") == "dark", "dark")
    one("#own-zone").clear()
    one("#own-zone").send_keys("Asia/Tokyo", Keys.ENTER)
    told("Times are shown in Asia/Tokyo.")
    press("System")
    wait(lambda: driver.browser.execute_script("return document.documentElement.dataset.theme") == "system", "as the system")
    level = "Level of punctual.http"
    Select(one(f"select[aria-label='{level}']")).select_by_visible_text("trace")
    press("Change the level of punctual.http")
    told("punctual.http logs from trace on, for 15m.")
    if Select(one(f"select[aria-label='{level}']")).first_selected_option.text != "trace":
        fail("the level is what it was")
    press("Take back the change of punctual.http")
    told("punctual.http logs as the settings say.")
    for path in ["/docs", "/metrics", "/health"]:
        one(f"main a[href='{path}']")
    driver.browser.delete_cookie("punctual_zone")
    for key, path in [("a", "/audit"), ("k", "/access"), ("n", "/notifications"), ("s", "/settings")]:
        one("body").send_keys("g", key)
        wait(lambda: urllib.parse.urlsplit(driver.browser.current_url).path == path, f"g {key}")
        wait(lambda: driver.browser.execute_script("return document.readyState") == "complete", path)
    said("display and levels are set, and keys lead to each page")


def looks_right():
    driver.browser.set_script_timeout(60)
    get("/new-notification")
    fill(name=LONG)
    one("#webhook_url").send_keys("https://example.com/" + "a" * 200)
    press("Make the notification")
    told("Made")
    get("/access/users")
    unfold("New user")
    fill(new_name=LONG, role="admin")
    press("Make the user")
    told("The password of")
    person = one("[data-once]").get_attribute("data-once")
    unfold_key(person)
    get("/access/secrets")
    unfold("Set a secret")
    fill(secret_name=LONG * 2, secret_value="x")
    press("Set the secret")
    told("is set.")
    for path in ["/audit", "/audit?who=nobody", "/access", "/access/users", person, "/access/service-accounts",
                 "/access/grants", "/access/keys", "/access/secrets", "/notifications", "/notifications/" + LONG,
                 "/new-notification", f"/notifications/{LONG}/edit", "/settings"]:
        for theme in ["light", "dark"]:
            for width in [1280, 360]:
                look(path, theme, width)
                # What is folded away has to fit, too.
                driver.browser.execute_script("for (const one of document.querySelectorAll('main details')) one.open = true")
                wide = driver.browser.execute_script("return document.documentElement.scrollWidth")
                if wide > width:
                    fail(f"{path} is {wide} wide at {width}, unfolded")
    size(1280)
    said("pages of access, audit, notifications and settings pass axe and fit, light and dark, at 1280 and 360")


def unfold_key(person):
    get(person)
    unfold("New key")
    fill(key_name=LONG)
    press("Make the key")
    told("The key ")


def shows_less_to_a_viewer():
    get("/access/users")
    unfold("New user")
    fill(new_name="looker", new_password="seven bridges of the old town", role="viewer")
    press("Make the user")
    told("Made the user looker.")
    sign_out()
    sign_in("looker", "seven bridges of the old town")
    told("Overview")
    links = [link.get_attribute("href").removeprefix(address) for link in many("nav a")]
    if "/audit" in links or "/notifications" in links or "/access" not in links:
        fail(f"a viewer is led to {links}")
    get("/settings")
    if many("main button[value=set]"):
        fail("a viewer may change levels")
    get("/audit")
    told("This needs the role admin")
    get("/access")
    press("Sign out everywhere")
    answer("Sign out everywhere", "Sign out everywhere?")
    wait(lambda: "/sign-in" in driver.browser.current_url, "signed out everywhere")
    told("Every sign-in has ended")
    said("a viewer sees his own account, and no buttons of others")


def comes_by_a_provider():
    get("/sign-in?return_to=%2Faccess")
    [button] = [link for link in many("main a.button") if link.text == PROVIDER]
    button.click()
    wait(lambda: driver.browser.current_url == address + "/access", "back from the provider")
    told("Your provider signs you in")
    sign_out()
    said("the provider's button signs in, and leads on to where one wanted to go")


def changes_the_password():
    sign_in(NAME, PASSWORD)
    told("Overview")
    get("/access")
    new = "a longer walk by the sea"
    fill(current=PASSWORD, password=new, again=new)
    press("Change the password")
    told("The password is changed, and every sign-in has ended.")
    sign_in(NAME, new)
    told("Overview")
    said("the own password is changed, and every sign-in ends")
    return new


def without_scripts(password):
    get("/access")
    sign_in(NAME, password)
    told("My account")
    get("/access/users")
    unfold("New user")
    fill(new_name="plain", role="viewer")
    press("Make the user")
    told("The password of plain")
    one("a.primary").click()
    told("viewer")
    press("Disable")
    told("Disable plain?")
    press("Disable the user")
    told("Disabled; nothing of it is let in.")
    unfold("New key")
    fill(key_name="k")
    press("Make the key")
    told("The key k")
    one("a.primary").click()
    press("Revoke k")
    told("Revoke the key k?")
    press("Revoke the key")
    told("The key is revoked.")
    press("Delete")
    told("Delete plain?")
    press("Delete the user")
    told("Deleted the user.")
    get("/new-notification")
    fill(name="plain")
    one("#webhook_url").send_keys("https://example.com/")
    press("Make the notification")
    told("Made plain.")
    press("Delete")
    told("Delete the notification plain?")
    press("Delete the notification")
    told("Deleted the notification plain.")
    get("/audit")
    one(".log summary").click()
    wait(lambda: one(".log dd").is_displayed(), "an entry unfolds")
    said("the same without scripts")


if __name__ == "__main__":
    driver.browser = chromium("keys")
    try:
        for step in [sets_up, takes_a_second_factor, lets_people_in, makes_keys, keeps_secrets, reads_the_log, refuses_passwords,
                     takes_the_factor_off_another, notifies, sets, looks_right, shows_less_to_a_viewer, comes_by_a_provider]:
            step()
            errors()
        password = changes_the_password()
    finally:
        driver.browser.quit()
    driver.browser = chromium("plain", scripts=False)
    try:
        without_scripts(password)
    finally:
        driver.browser.quit()
    (driver.folder / "shown.txt").write_text("\n".join(SHOWN))
