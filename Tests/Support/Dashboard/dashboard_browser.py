"""Drives the dashboard of a running installation with Chromium: every page and every action, with and without scripts.

  dashboard_browser.py ADDRESS FOLDER [CLOSED TOKEN]

CLOSED is the address of an installation with access control that has no administrator yet, and TOKEN makes the first.

Prints a line for each thing that is as it should be; ends with 1 at the first that is not.
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request

import axe_core_python
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

os.environ.setdefault("SE_OFFLINE", "true")
address, folder, closed = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, method=method, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def job(name, **more):
    return call("POST", "/api/v1/jobs", {
        "name": name, "schedule": {"type": "cron", "expression": "0 9 1 1 *"}, "target": {"type": "noop"}, **more})["id"]


def chromium(name, scripts=True):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={folder / name}",
                 "--window-size=1280,900"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def fail(text):
    print("FAULT", text, flush=True)
    sys.exit(1)


def said(text):
    print("ok", text, flush=True)


def wait(ready, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = ready()
            if value:
                return value
        except Exception as error:  # The page may just be changing.
            value = error
        time.sleep(0.03)
    fail(f"{what}: not within {seconds} s; {browser.current_url}\n{browser.find_element(By.TAG_NAME, 'main').text[:1500]}")


def one(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def many(selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def text():
    return one("main").text


def row(id):
    return one(f"#job-{id}")


def size(width, height=900):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})


def look(path, theme, width):
    """One page by axe's rules of WCAG 2.2 A and AA, and whether it fits."""
    browser.get(address + path)
    browser.add_cookie({"name": "punctual_theme", "value": theme, "path": "/"})
    size(width)
    browser.get(address + path)
    if browser.execute_script("return document.documentElement.dataset.theme") != theme:
        fail(f"{path} is not {theme}")
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    if wide > width:
        fail(f"{path} is {wide} wide at {width}")
    judge(f"{path} {theme} {width}")


def judge(what):
    """What is shown now, by axe."""
    browser.execute_script(AXE)
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then((result) => done(result.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary)])));")
    if found:
        fail(f"{what}: {json.dumps(found, indent=1)}")


def errors():
    lines = [line["message"] for line in browser.get_log("browser")]
    lines = [line for line in lines if "status of 4" not in line]
    if lines:
        fail(f"the browser says {lines}")


def everything_looks_right(id):
    browser.set_script_timeout(60)
    for path in ["/", "/jobs", "/jobs?q=none&status=paused", f"/jobs/{id}", "/jobs/new", f"/jobs/{id}/edit"]:
        for theme in ["light", "dark"]:
            for width in [1280, 360]:
                look(path, theme, width)
    size(1280)
    said("pages pass axe and fit, light and dark, at 1280 and 360")


def makes_a_job():
    browser.get(address + "/jobs/new")
    one("#name").send_keys("made-in-the-browser")
    field = one("#cron_expression")
    field.clear()
    field.send_keys("30 2 29 3 *")
    zone = one("#cron_timezone")
    zone.clear()
    zone.send_keys("Europe/Berlin")
    wait(lambda: "Europe/Berlin" in one("[data-preview]").text, "the preview follows what is typed", 5)
    wait(lambda: "does not exist" in one("[data-preview]").text or "02:30" in one("[data-preview]").text, "its fires", 5)
    field.clear()
    field.send_keys("61 * * * *")
    wait(lambda: many("[data-preview] .flash.bad"), "a fault while typing", 5)
    field.clear()
    field.send_keys("0 9 * * 1-5")
    one("label[for=target-noop]").click()
    one("form[data-job-form] button.primary").click()
    wait(lambda: "Created made-in-the-browser." in text(), "the job is there")
    said("a job is made while its next fires are seen")
    one(".actions a.button").click()
    wait(lambda: one("#priority"), "the form of a job")
    one("#priority").clear()
    one("#priority").send_keys("8")
    one("form[data-job-form] button.primary").click()
    wait(lambda: "Saved made-in-the-browser." in text(), "the job is changed")
    said("and changed")


def acts_on_one():
    for word, said_after in [("pause", "Paused 1 job."), ("resume", "Resumed 1 job."), ("trigger", "Triggered 1 job.")]:
        one(f".actions button[value={word}]").click()
        wait(lambda: said_after in text(), said_after)
    wait(lambda: "Succeeded" in one("#executions").text, "the execution is seen without a click", 10)
    said("it is paused, resumed and triggered, and its end is seen live")


def acts_on_many(ids):
    browser.get(address + "/jobs?label=drill%3Dbulk")
    wait(lambda: one("[data-pick-all]").is_displayed(), "the box for all")
    if one(".bulk button").is_enabled():
        fail("buttons for nothing")
    one("[data-pick-all]").click()
    if f"{len(ids)} jobs chosen" not in text():
        fail("nobody says how many are chosen")
    one(".bulk button[value=pause]").click()
    wait(lambda: f"Paused {len(ids)} jobs." in text(), "many are paused")
    if "label=drill%3Dbulk" not in browser.current_url:
        fail("the list is another one now")
    one("[data-pick-all]").click()
    one(".bulk button[value=resume]").click()
    wait(lambda: f"Resumed {len(ids)} jobs." in text(), "many are resumed")
    one("[data-pick-all]").click()
    one(".bulk button[value=trigger]").click()
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if f"Trigger {len(ids)} jobs?" not in dialog.text:
        fail(dialog.text)
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not many("dialog[open]"), "Escape leaves it")
    one(".bulk button[value=trigger]").click()
    wait(lambda: one("dialog[open] button.primary"), "a question").click()
    wait(lambda: f"Triggered {len(ids)} jobs." in text(), "many are triggered")
    said("many are paused, resumed, and triggered after a question")


def deletes(ids):
    browser.get(address + "/jobs?label=drill%3Dbulk")
    wait(lambda: one("[data-pick-all]").is_displayed(), "the box for all")
    row(ids[0]).find_element(By.CSS_SELECTOR, "[data-pick]").click()
    one(".bulk button[value=delete]").click()
    wait(lambda: one("dialog[open] button.danger"), "a question").click()
    wait(lambda: one(".toast button"), "a way back").click()
    time.sleep(0.3)
    if many(".toast") or "going" in (row(ids[0]).get_attribute("class") or ""):
        fail("undone, but not so to see")
    call("GET", f"/api/v1/jobs/{ids[0]}")
    one(".bulk button[value=delete]").click()
    wait(lambda: one("dialog[open] button.danger"), "a question").click()
    # What is ticked while there is a way back is nothing that somebody has agreed to.
    row(ids[2]).find_element(By.CSS_SELECTOR, "[data-pick]").click()
    wait(lambda: "Deleted 1 job." in text(), "a job is deleted")
    if many(f"#job-{ids[0]}"):
        fail("it is still there")
    call("GET", f"/api/v1/jobs/{ids[2]}")
    # Whoever leaves the page meanwhile has deleted it.
    row(ids[1]).find_element(By.CSS_SELECTOR, "[data-pick]").click()
    one(".bulk button[value=delete]").click()
    wait(lambda: one("dialog[open] button.danger"), "a question").click()
    wait(lambda: one(".toast button"), "a way back")
    browser.get(address + "/")
    wait(lambda: gone(ids[1]), "leaving the page deletes at once")
    said("a deletion is asked for, undone, done, and done by leaving")


def gone(id):
    try:
        call("GET", f"/api/v1/jobs/{id}")
        return False
    except urllib.error.HTTPError as error:
        return error.code == 404


def lives(ids):
    browser.get(address + "/jobs?label=drill%3Dbulk")
    wait(lambda: one("[data-live-word]").text == "Live", "the stream")
    time.sleep(0.5)
    place = row(ids[2]).location
    began = time.monotonic()
    call("POST", f"/api/v1/jobs/{ids[2]}/pause", {})
    wait(lambda: "Paused" in row(ids[2]).text, "a change is seen", 5)
    print(f"seen after {time.monotonic() - began:.2f} s", flush=True)
    if time.monotonic() - began > 2:
        fail("a change is seen too late")
    new = job("a-new-one", labels={"drill": "bulk"})
    button = wait(lambda: [found for found in many("[data-new-rows]") if found.is_displayed()], "news are told", 5)[0]
    if button.text != "1 new" or many(f"#job-{new}"):
        fail("a new row comes by itself")
    if row(ids[2]).location["x"] != place["x"]:
        fail("rows jump")
    button.click()
    wait(lambda: row(new), "the new row")
    one("[data-live-toggle]").click()
    call("POST", f"/api/v1/jobs/{ids[2]}/resume", {})
    time.sleep(1.5)
    if "Active" in row(ids[2]).text:
        fail("paused, but it goes on")
    one("[data-live-toggle]").click()
    # What came meanwhile is seen at once, or with the next news.
    call("POST", f"/api/v1/jobs/{ids[2]}/pause", {})
    call("POST", f"/api/v1/jobs/{ids[2]}/resume", {})
    wait(lambda: "Active" in row(ids[2]).text, "it goes on", 5)
    said("rows follow what happens where they stand, new ones wait, and all of it can be paused")


def keys():
    browser.get(address + "/")
    def body():
        # Modules run before the page is complete.
        wait(lambda: browser.execute_script("return document.readyState") == "complete", "the page")
        return browser.find_element(By.TAG_NAME, "body")

    body().send_keys("g", "j")
    wait(lambda: browser.current_url.endswith("/jobs"), "g j")
    body().send_keys("/")
    wait(lambda: browser.switch_to.active_element.get_attribute("id") == "q", "/")
    browser.switch_to.active_element.send_keys("made-in", Keys.ENTER)
    wait(lambda: "q=made-in" in browser.current_url and len(many("[data-row]")) == 1, "a search")
    one(".chips a").click()
    wait(lambda: len(many("[data-row]")) > 1, "without the filter")
    body().send_keys("?")
    wait(lambda: "next" in one("dialog[open]").text or "search" in one("dialog[open]").text, "the list of keys")
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not many("dialog[open]"), "Escape closes it")
    body().send_keys("n")
    wait(lambda: browser.current_url.endswith("/jobs/new"), "n")
    said("keys lead everywhere")


def menu():
    """Where the navigation has no place beside the page, one button shows all of it, by keys too."""
    size(360, 640)
    browser.get(address + "/")
    entries = many("#nav a")
    if len(entries) < 9 or any(entry.is_displayed() for entry in entries):
        fail("the menu is open before anybody opens it")
    one(".opener").send_keys(Keys.ENTER)
    wait(lambda: all(entry.is_displayed() for entry in entries), "every entry is shown")
    for entry in entries:
        place = browser.execute_script("const r = arguments[0].getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]", entry)
        if place[0] < 0 or place[1] < 0 or place[2] > 360 or place[3] > 640:
            fail(f"{entry.text} is out of sight: {place}")
    ActionChains(browser).send_keys(Keys.TAB).perform()
    if browser.switch_to.active_element != entries[0]:
        fail("the first entry does not come next")
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not entries[0].is_displayed(), "Escape closes it")
    one(".opener").click()
    wait(lambda: entries[1].is_displayed(), "a finger opens it")
    entries[1].click()
    wait(lambda: browser.current_url.endswith("/jobs") and not one("#nav").is_displayed(), "an entry leads on")
    size(1280)
    if one(".opener").is_displayed() or not all(entry.is_displayed() for entry in many("#nav a")):
        fail("beside the page it is always open")


def strips():
    """How many cells of the figures above stand on each line."""
    for path in ["/", "/queues"]:
        browser.get(address + path)
        for width in [1280, 1024, 768, 360]:
            size(width)
            for count in range(2, 14):
                lines = browser.execute_script(
                    "const strip = document.querySelector('.strip').cloneNode(true), cells = [...strip.children];"
                    "strip.replaceChildren(...Array.from({length: arguments[0]}, (_, at) => cells[at % cells.length].cloneNode(true)));"
                    "document.querySelector('main').append(strip); const lines = {};"
                    "for (const cell of strip.children) lines[cell.offsetTop] = (lines[cell.offsetTop] ?? 0) + 1;"
                    "strip.remove(); return Object.values(lines)", count)
                if sum(lines) != count or min(lines) < 2:
                    fail(f"{count} cells at {width}: {lines}")
    size(1280)
    said("no figure stands alone on its line")


def menus():
    browser.set_script_timeout(60)
    for theme in ["light", "dark"]:
        look("/", theme, 360)
        one(".opener").click()
        wait(lambda: one("#nav").is_displayed(), "the menu")
        judge(f"the menu, {theme}")
    menu()
    said("one button shows every entry where there is no place for them, by keys too")


def displays():
    browser.get(address + "/jobs")
    one(".foot summary").click()
    one("button[value=dark]").click()
    wait(lambda: browser.execute_script("return document.documentElement.dataset.theme") == "dark", "dark")
    one(".foot summary").click()
    one("#zone").clear()
    one("#zone").send_keys("Asia/Tokyo", Keys.ENTER)
    wait(lambda: "Times are shown in Asia/Tokyo." in text(), "another zone")
    wait(lambda: "18:00" in text(), "09:00 UTC is 18:00 in Tokyo")
    one(".foot summary").click()
    one("[data-zone-utc]").click()
    wait(lambda: "Times are shown in UTC." in text(), "UTC again")
    said("theme and zone change at once and stay")


def without_scripts(id):
    browser.get(address + "/jobs/new")
    one("#name").send_keys("made-without-scripts")
    one("#cron_expression").clear()
    one("#cron_expression").send_keys("0 9 * * 1-5")
    one("label[for=target-noop]").click()
    one("[data-preview-button]").click()
    wait(lambda: "every weekday at 09:00" in text(), "a preview")
    one("form[data-job-form] button.primary").click()
    wait(lambda: "Created made-without-scripts." in text(), "a job")
    one(".actions button[value=pause]").click()
    wait(lambda: "Paused 1 job." in text(), "paused")
    browser.get(address + "/jobs?q=made-without")
    one("[data-pick]").click()
    one(".bulk button[value=delete]").click()
    wait(lambda: "Delete 1 job?" in text(), "a question")
    one("button.danger").click()
    wait(lambda: "Deleted 1 job." in text(), "deleted")
    menu()
    size(360)
    for path in ["/", "/jobs", f"/jobs/{id}", "/jobs/new"]:
        browser.get(address + path)
        if not one("h1").is_displayed():
            fail(f"{path} shows nothing")
    said("the same without scripts")


def signs_in(closed, token):
    global address
    address = closed
    name, password = "grace", "a long walk by the river"
    call("POST", "/api/v1/setup", {"token": token, "name": name, "password": password})
    for theme in ["light", "dark"]:
        for width in [1280, 360]:
            look("/sign-in", theme, width)
    size(1280)
    browser.get(address + "/jobs?q=a")
    if "/sign-in" not in browser.current_url:
        fail("a stranger is let in")
    for word, after in [("not the word that it is", "[role=alert]"), (password, "#q")]:
        one("#name").clear()
        one("#name").send_keys(name)
        one("#password").send_keys(word)
        one("button.primary").click()
        wait(lambda: one(after), after)
    if not browser.current_url.endswith("/jobs?q=a"):
        fail(f"he wanted to go elsewhere: {browser.current_url}")
    browser.get(address + "/jobs/new")
    one("#name").send_keys("made-by-grace")
    one("label[for=target-noop]").click()
    one("form[data-job-form] button.primary").click()
    wait(lambda: "Created made-by-grace." in text(), "a job")
    one(".actions button[value=pause]").click()
    wait(lambda: "Paused 1 job." in text(), "a change by a session")
    one(".who button").click()
    wait(lambda: "/sign-in" in browser.current_url, "signed out")
    browser.get(address + "/")
    if "/sign-in" not in browser.current_url:
        fail("signed out, but let in")
    said("people sign in, change things and sign out")


# Other drivers take their words from here.
if __name__ == "__main__":
    ids = [job(f"bulk-{number}", labels={"drill": "bulk"}) for number in range(4)]
    seen = job("seen", schedule={"type": "cron", "expression": "30 2 29 3 *", "timezone": "Europe/Berlin"}, description="Looked at.")
    call("POST", f"/api/v1/jobs/{seen}/trigger")
    browser = chromium("with")
    try:
        for step in [makes_a_job, acts_on_one, lambda: acts_on_many(ids), lambda: lives(ids), lambda: deletes(ids), keys, menus, strips, displays,
                     lambda: everything_looks_right(seen)]:
            step()
            errors()
        if closed:
            opened = address
            signs_in(*closed)
            address = opened
            errors()
    finally:
        browser.quit()
    browser = chromium("without", scripts=False)
    try:
        without_scripts(seen)
    finally:
        browser.quit()
