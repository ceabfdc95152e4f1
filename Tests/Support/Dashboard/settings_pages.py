"""The pages of audit, notifications and settings."""

import http.server
import json
import threading
import urllib.parse

import driver
from driver import fail, get, many, one, said, text, wait
from forms import answer, fill, press, told
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select


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
