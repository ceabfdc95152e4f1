"""Drives the pages Queues and Calendar with Chromium: every action, with and without scripts.

  dashboard_queues.py ADDRESS FOLDER

Prints a line for each thing that is as it should be; ends with 1 at the first that is not.
"""

import driver
from driver import call, errors, fail, job, look, many, one, said, size, text, wait
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def queue(name):
    return next((found for found in call("GET", "/api/v1/queues")["items"] if found["name"] == name), None)


def row(name):
    return one(f'[data-row="{name}"]')


def press(name, word):
    row(name).find_element(By.CSS_SELECTOR, f"button[value={word}]").click()


def queues():
    driver.browser.get(driver.address + "/queues")
    if "5" not in row("mail").text:
        fail("nobody says that five wait")
    press("mail", "pause")
    wait(lambda: "Paused the queue mail." in text(), "a queue is paused")
    if not queue("mail")["paused"] or "Paused" not in row("mail").text:
        fail("it is not")
    if "since" not in row("mail").text or not queue("mail")["oldest_age_ms"]:
        fail(f"since when, and how long the oldest waits: {row('mail').text}")
    press("mail", "resume")
    wait(lambda: "Resumed the queue mail." in text(), "and resumed")
    if queue("mail")["paused"]:
        fail("it is paused still")
    said("queues are paused and resumed")


def limits():
    row("mail").find_element(By.LINK_TEXT, "Limit").click()
    wait(lambda: one("#concurrency"), "the form of a limit")
    one("#concurrency").send_keys("many")
    one("button.primary").click()
    wait(lambda: "must be a whole number" in text(), "what is wrong is said")
    if one("#concurrency").get_attribute("value") != "many":
        fail("what was typed is lost")
    one("#concurrency").clear()
    one("#concurrency").send_keys("2")
    one("#rate-count").send_keys("100")
    one("#rate-per").send_keys("1m")
    one("button.primary").click()
    wait(lambda: "The queue mail is limited: 2 at once, 100 per 1m." in text(), "a queue is limited")
    wait(lambda: "0 of 100 begun in 1m" in row("mail").text and row("mail").find_elements(By.CSS_SELECTOR, ".use svg"), "a meter")
    row("mail").find_element(By.LINK_TEXT, "Limit").click()
    wait(lambda: one("button[value=remove]"), "the way to remove it").click()
    wait(lambda: "The queue mail has no limit any more." in text(), "the limit is removed")
    one(".head a.button").click()
    wait(lambda: one("#limit-name"), "the form for a service").send_keys("billing")
    one("#concurrency").send_keys("3")
    one("button.primary").click()
    wait(lambda: "The service billing is limited: 3 at once." in text(), "a service is limited")
    wait(lambda: "billing" in one("#limits").text and "0 of 3" in one("#limits").text, "it is listed with its use")
    said("limits are set, changed and removed")


def lives(id):
    driver.browser.get(driver.address + "/queues")
    wait(lambda: one("[data-live-word]").text == "Live", "the stream")
    before = row("mail").location["y"]
    call("POST", f"/api/v1/jobs/{id}/trigger")
    wait(lambda: "6" in row("mail").text, "a change is seen", 5)
    claimed = call("POST", "/api/v1/work/claim", {"worker": "machine-1", "queues": ["mail"], "wait": "0s", "max": 2})["items"]
    wait(lambda: "machine-1" in one("#workers").text, "who works is seen", 8)
    for execution in claimed:
        call("POST", "/api/v1/work/complete", {"id": execution["id"], "attempt": 1, "worker": "machine-1", "status": "succeeded"})
    wait(lambda: row("mail").find_elements(By.CSS_SELECTOR, ".spark"), "what ended is drawn", 8)
    if row("mail").location["y"] != before:
        fail("rows jump")
    said("queues and workers follow what happens where they stand")


def calendar():
    driver.browser.get(driver.address + "/calendar")
    driver.browser.find_element(By.TAG_NAME, "body").send_keys("g", "q")
    wait(lambda: driver.browser.current_url.endswith("/queues"), "g q")
    wait(lambda: driver.browser.execute_script("return document.readyState") == "complete", "the page")
    driver.browser.find_element(By.TAG_NAME, "body").send_keys("g", "c")
    wait(lambda: driver.browser.current_url.endswith("/calendar"), "g c")
    wait(lambda: "fire at 03:17" in text().replace("\n", " "), "a pile-up is named")
    if len(many(".heat tbody tr")) != 7:
        fail("a week has seven days")
    # A cell leads to its hour, and a minute of it to its jobs.
    one(".heat a[title*=' 03:00']").click()
    wait(lambda: many("#hour"), "an hour by minutes")
    one("#hour a[title^='03:17']").click()
    wait(lambda: "40 jobs fire at" in text(), "the jobs of a minute")
    one("#service").send_keys("nobody", Keys.ENTER)
    wait(lambda: "Nothing is planned in this week." in text(), "another service")
    one("#service").clear()
    one("#service").send_keys("piled", Keys.ENTER)
    wait(lambda: many(".heat .f5"), "the service alone")
    one("a[rel=next]").click()
    wait(lambda: "week=" in driver.browser.current_url and many("a[rel=prev]"), "the next week")
    one("a[rel=prev]").click()
    wait(lambda: not many("a[rel=prev]"), "and back")
    said("the calendar shows a week, an hour by minutes, and a minute's jobs")


def spreads(ids):
    one("#piles .button").click()
    wait(lambda: one("#minute .offer select"), "an offer")
    one("#minute .offer option[value='10']").click()
    one("#minute .offer button").click()
    wait(lambda: "40 jobs will be changed" in text(), "what would be changed")
    one("label[for=way-minute]").click()
    one("#over").find_element(By.XPATH, "./following-sibling::button").click()
    wait(lambda: "H(17-26) 3 * * *" in text(), "the other way")
    if any(call("GET", f"/api/v1/jobs/{id}")["version"] != 1 for id in ids[:3]):
        fail("a preview changes something")
    one("form[method=post] button.primary").click()
    wait(lambda: "Spread 40 jobs over 10 minutes." in text(), "they are spread")
    if call("GET", f"/api/v1/jobs/{ids[0]}")["schedule"]["expression"] != "H(17-26) 3 * * *":
        fail("they are not")
    driver.browser.get(driver.address + "/calendar")
    wait(lambda: "fire at 03:17" not in text().replace("\n", " "), "the calendar knows of it")
    said("a pile-up is spread after a preview")


def looks(ids):
    driver.browser.set_script_timeout(60)
    at = call("GET", f"/api/v1/jobs/{ids[0]}")["next_run_at"]
    paths = ["/queues", "/queues?q=none", "/queues/limit", "/queues/limit?kind=queues&name=mail", "/calendar",
             f"/calendar?hour={at[:13]}:00:00Z&minute={at}", "/calendar?week=2027-03-27", f"/calendar/spread?at={at}"]
    for path in paths:
        for theme in ["light", "dark"]:
            for width in [1280, 360]:
                look(path, theme, width)
    # A clock that changes within the week.
    driver.browser.add_cookie({"name": "punctual_zone", "value": "Europe%2FBerlin", "path": "/"})
    look("/calendar?week=2027-03-27", "dark", 1280)
    if "clock forward 1h at 02:00" not in text():
        fail("nobody says that the clock changes")
    driver.browser.delete_cookie("punctual_zone")
    size(1280)
    said("the pages pass axe and fit, light and dark, at 1280 and 360")


def without_scripts():
    driver.browser.get(driver.address + "/queues")
    press("mail", "pause")
    wait(lambda: "Paused the queue mail." in text(), "paused")
    press("mail", "resume")
    wait(lambda: "Resumed the queue mail." in text(), "resumed")
    driver.browser.get(driver.address + "/queues/limit?kind=services&name=billing")
    one("#concurrency").clear()
    one("#concurrency").send_keys("4")
    one("button.primary").click()
    wait(lambda: "The service billing is limited: 4 at once." in text(), "limited")
    driver.browser.get(driver.address + "/calendar")
    one("#piles .button").click()
    wait(lambda: one("#minute .offer button"), "an offer").click()
    wait(lambda: "20 jobs will be changed" in text(), "a preview")
    one("form[method=post] button.primary").click()
    wait(lambda: "Spread 20 jobs over 15 minutes." in text(), "spread")
    said("the same without scripts")


def daily(name, expression):
    return job(name, service="piled", schedule={"type": "cron", "expression": expression})


if __name__ == "__main__":
    work = job("mails", service="billing", queue="mail", overlap_policy="allow_all", schedule={"type": "manual"},
               target={"type": "worker", "task": "mail", "payload": 1})
    for _ in range(5):
        call("POST", f"/api/v1/jobs/{work}/trigger")
    ids = [daily(f"backup-{number}", "17 3 * * *") for number in range(40)]
    for number in range(20):
        daily(f"report-{number}", "30 5 * * *")
    driver.browser = driver.chromium("queues")
    try:
        for step in [queues, limits, lambda: lives(work), calendar, lambda: spreads(ids), lambda: looks(ids)]:
            step()
            errors()
    finally:
        driver.browser.quit()
    driver.browser = driver.chromium("queues-plain", scripts=False)
    try:
        without_scripts()
    finally:
        driver.browser.quit()
