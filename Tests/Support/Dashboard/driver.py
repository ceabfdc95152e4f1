"""What the drivers of the dashboard share: Chromium, the words they look and wait by, and calls of the API.

Each of them is started with ADDRESS FOLDER and what else it needs. Who drives puts the browser here, and may put another address.
"""

import json
import os
import pathlib
import sys
import time
import urllib.request

import axe_core_python
from selenium import webdriver
from selenium.webdriver.common.by import By

os.environ.setdefault("SE_OFFLINE", "true")
address, folder, rest = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
browser = None
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


def get(path):
    browser.get(address + path)
    wait(lambda: browser.execute_script("return document.readyState") == "complete", path)


def one(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def many(selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def text():
    return one("main").text


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
