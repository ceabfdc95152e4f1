"""Drives the dashboard of a running installation with Chromium: every page and every action, with and without scripts.

  dashboard_browser.py ADDRESS FOLDER [CLOSED TOKEN]

CLOSED is the address of an installation with access control that has no administrator yet, and TOKEN makes the first.

Prints a line for each thing that is as it should be; ends with 1 at the first that is not.
"""

import time
import urllib.error

import driver
from driver import address, call, chromium, errors, fail, job, look, many, one, rest, said, size, text, wait
from frame import displays, keys, menu, menus, strips
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def row(id):
    return one(f"#job-{id}")


def everything_looks_right(id):
    driver.browser.set_script_timeout(60)
    for path in ["/", "/jobs", "/jobs?q=none&status=paused", f"/jobs/{id}", "/jobs/new", f"/jobs/{id}/edit"]:
        for theme in ["light", "dark"]:
            for width in [1280, 360]:
                look(path, theme, width)
    size(1280)
    said("pages pass axe and fit, light and dark, at 1280 and 360")


def makes_a_job():
    driver.browser.get(address + "/jobs/new")
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
    driver.browser.get(address + "/jobs?label=drill%3Dbulk")
    wait(lambda: one("[data-pick-all]").is_displayed(), "the box for all")
    if one(".bulk button").is_enabled():
        fail("buttons for nothing")
    one("[data-pick-all]").click()
    if f"{len(ids)} jobs chosen" not in text():
        fail("nobody says how many are chosen")
    one(".bulk button[value=pause]").click()
    wait(lambda: f"Paused {len(ids)} jobs." in text(), "many are paused")
    if "label=drill%3Dbulk" not in driver.browser.current_url:
        fail("the list is another one now")
    one("[data-pick-all]").click()
    one(".bulk button[value=resume]").click()
    wait(lambda: f"Resumed {len(ids)} jobs." in text(), "many are resumed")
    one("[data-pick-all]").click()
    one(".bulk button[value=trigger]").click()
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if f"Trigger {len(ids)} jobs?" not in dialog.text:
        fail(dialog.text)
    ActionChains(driver.browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not many("dialog[open]"), "Escape leaves it")
    one(".bulk button[value=trigger]").click()
    wait(lambda: one("dialog[open] button.primary"), "a question").click()
    wait(lambda: f"Triggered {len(ids)} jobs." in text(), "many are triggered")
    said("many are paused, resumed, and triggered after a question")


def deletes(ids):
    driver.browser.get(address + "/jobs?label=drill%3Dbulk")
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
    driver.browser.get(address + "/")
    wait(lambda: gone(ids[1]), "leaving the page deletes at once")
    said("a deletion is asked for, undone, done, and done by leaving")


def gone(id):
    try:
        call("GET", f"/api/v1/jobs/{id}")
        return False
    except urllib.error.HTTPError as error:
        return error.code == 404


def lives(ids):
    driver.browser.get(address + "/jobs?label=drill%3Dbulk")
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


def without_scripts(id):
    driver.browser.get(address + "/jobs/new")
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
    driver.browser.get(address + "/jobs?q=made-without")
    one("[data-pick]").click()
    one(".bulk button[value=delete]").click()
    wait(lambda: "Delete 1 job?" in text(), "a question")
    one("button.danger").click()
    wait(lambda: "Deleted 1 job." in text(), "deleted")
    menu()
    size(360)
    for path in ["/", "/jobs", f"/jobs/{id}", "/jobs/new"]:
        driver.browser.get(address + path)
        if not one("h1").is_displayed():
            fail(f"{path} shows nothing")
    said("the same without scripts")


def signs_in(closed, token):
    # Calls and looks go to that one from here on.
    driver.address = closed
    name, password = "grace", "a long walk by the river"
    call("POST", "/api/v1/setup", {"token": token, "name": name, "password": password})
    for theme in ["light", "dark"]:
        for width in [1280, 360]:
            look("/sign-in", theme, width)
    size(1280)
    driver.browser.get(closed + "/jobs?q=a")
    if "/sign-in" not in driver.browser.current_url:
        fail("a stranger is let in")
    for word, after in [("not the word that it is", "[role=alert]"), (password, "#q")]:
        one("#name").clear()
        one("#name").send_keys(name)
        one("#password").send_keys(word)
        one("button.primary").click()
        wait(lambda: one(after), after)
    if not driver.browser.current_url.endswith("/jobs?q=a"):
        fail(f"he wanted to go elsewhere: {driver.browser.current_url}")
    driver.browser.get(closed + "/jobs/new")
    one("#name").send_keys("made-by-grace")
    one("label[for=target-noop]").click()
    one("form[data-job-form] button.primary").click()
    wait(lambda: "Created made-by-grace." in text(), "a job")
    one(".actions button[value=pause]").click()
    wait(lambda: "Paused 1 job." in text(), "a change by a session")
    one(".who button").click()
    wait(lambda: "/sign-in" in driver.browser.current_url, "signed out")
    driver.browser.get(closed + "/")
    if "/sign-in" not in driver.browser.current_url:
        fail("signed out, but let in")
    said("people sign in, change things and sign out")


if __name__ == "__main__":
    ids = [job(f"bulk-{number}", labels={"drill": "bulk"}) for number in range(4)]
    seen = job("seen", schedule={"type": "cron", "expression": "30 2 29 3 *", "timezone": "Europe/Berlin"}, description="Looked at.")
    call("POST", f"/api/v1/jobs/{seen}/trigger")
    driver.browser = chromium("with")
    try:
        for step in [makes_a_job, acts_on_one, lambda: acts_on_many(ids), lambda: lives(ids), lambda: deletes(ids), keys, menus, strips, displays,
                     lambda: everything_looks_right(seen)]:
            step()
            errors()
        if rest:
            signs_in(*rest)
            driver.address = address
            errors()
    finally:
        driver.browser.quit()
    driver.browser = chromium("without", scripts=False)
    try:
        without_scripts(seen)
    finally:
        driver.browser.quit()
