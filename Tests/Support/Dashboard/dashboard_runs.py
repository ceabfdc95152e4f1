"""Drives the pages of executions and dead letters with Chromium, as dashboard_browser.py does the others.

  dashboard_runs.py ADDRESS FOLDER acts|looks

`acts` goes through every action with scripts; `looks` at every page, and acts without scripts.
"""

import sys
import time

import driver
from driver import call, errors, fail, folder, get, job, look, many, one, said, size, text, wait
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

HOSTILE = "<img src=x onerror=alert(1)> \"'` {{csrf}}"


def command(name, script, **more):
    return job(name, schedule={"type": "manual"}, overlap_policy="allow_all",
               target={"type": "command", "argv": ["/bin/sh", "-c", script]}, retry_policy={"maximum_attempts": 1}, **more)


def trigger(id):
    return call("POST", f"/api/v1/jobs/{id}/trigger")["id"]


def execution(id, run):
    return call("GET", f"/api/v1/executions/{id}/{run}")


def ended(id, run, status):
    wait(lambda: execution(id, run)["status"] == status, f"{run} is {status}", 30)
    return run


def row(run):
    return one(f"#run-{run}")


def everything_looks_right(failed, running):
    driver.browser.set_script_timeout(60)
    for path in ["/executions", "/executions?status=failed&within=24h&q=exit", "/executions?q=nothing-like-it", failed, running,
                 f"{failed}/edited", "/dead-letters", "/dead-letters?reason=timeout"]:
        for theme in ["light", "dark"]:
            for width in [1280, 360]:
                look(path, theme, width)
    size(360)
    says_nothing_where_nothing_is_to_say()
    get("/executions")
    one(".menu summary.button").click()
    wait(lambda: one(".panel.left").is_displayed(), "the filter")
    if driver.browser.execute_script("return document.documentElement.scrollWidth") > 360:
        fail("the filter does not fit 360")
    size(1280)
    said("pages pass axe and fit, light and dark, at 1280 and 360")


def says_nothing_where_nothing_is_to_say():
    regular = job("regular", schedule={"type": "interval", "every": "1s"})
    done = wait(lambda: call("GET", f"/api/v1/executions/{regular}?status=succeeded")["items"], "a success", 30)[0]["id"]
    call("DELETE", f"/api/v1/jobs/{regular}")
    for path, shown in [("/executions?status=succeeded&q=regular", False), ("/executions?status=failed", True)]:
        get(path)
        line = (row(done) if not shown else one("[data-row]")).find_element(By.CSS_SELECTOR, "td[data-label=Why]")
        if line.is_displayed() != shown:
            fail(f"{path}: a line for why is {'not ' if shown else ''}shown")


def searches(broken):
    get("/executions")
    if len(many("[data-row]")) != 50:
        fail(f"{len(many('[data-row]'))} rows on a page")
    first = one("[data-row]").get_attribute("data-row")
    one(".pages [rel=next]").click()
    wait(lambda: "cursor=" in driver.browser.current_url and one("[data-row]").get_attribute("data-row") != first, "the next page")
    one(".pages [rel=first]").click()
    wait(lambda: one("[data-row]").get_attribute("data-row") == first, "the first page")
    driver.browser.find_element(By.TAG_NAME, "body").send_keys("/")
    driver.browser.switch_to.active_element.send_keys("BREAKS-", Keys.ENTER)
    wait(lambda: "q=BREAKS" in driver.browser.current_url and many("[data-row]"), "a search by name")
    if any("breaks" not in found.text for found in many("[data-row]")):
        fail("others are found")
    one(".tabs a[href*='status=succeeded']").click()
    wait(lambda: "No execution is like that." in text(), "none succeeded")
    one(".tabs a[href*='status=failed']").click()
    wait(lambda: many("[data-row]"), "those that failed")
    one(".chips a[aria-label*='BREAKS']").click()
    wait(lambda: "q=" not in driver.browser.current_url and "status=failed" in driver.browser.current_url, "a filter less")
    one(".menu summary.button").click()
    Select(one("#f-reason")).select_by_value("exit_code")
    one("#f-service").send_keys("default")
    one(".panel.left button.primary").click()
    wait(lambda: "reason: exit_code" in text() and "service: default" in text() and many("[data-row]"), "the filter")
    get(f"/executions?job_id={broken}&within=1h")
    wait(lambda: "job: breaks-always" in text() and "last hour" in text(), "chips in words")
    get("/executions?from=2031-01-01T00:00")
    if "from=2031-01-01T00%3A00%3A00.000Z" not in driver.browser.current_url or "No execution is like that." not in text():
        fail(f"a clock's time is no instant: {driver.browser.current_url}")
    get("/executions?status=sideways")
    if "status must be one of" not in text():
        fail("a wrong filter is not said")
    said("executions are found by text, state, reason, service, job and time, page by page")


def lives(quick):
    get("/executions")
    wait(lambda: one("[data-live-word]").text == "Live", "the stream")
    time.sleep(0.5)
    there = [found.get_attribute("data-row") for found in many("[data-row]")]
    place = row(there[3]).location
    new = trigger(quick)
    button = wait(lambda: [found for found in many("[data-new-rows]") if found.is_displayed()], "news are told", 5)[0]
    if many(f"#run-{new}"):
        fail("a new row comes by itself")
    if row(there[3]).location != place:
        fail(f"rows move from {place} to {row(there[3]).location}")
    button.click()
    wait(lambda: "Succeeded" in row(new).text, "the new row", 5)
    if "going" in (row(there[-1]).get_attribute("class") or ""):
        fail("what has ended is greyed because of newer ones")
    said("new executions wait, and rows stay where they are")


def runs_many_again(broken):
    get(f"/executions?job_id={broken}&status=failed")
    boxes = many("[data-pick]")
    for box in boxes[:2]:
        box.click()
    if "2 executions chosen" not in text():
        fail("nobody says how many are chosen")
    one(".bulk button[value=retry]").click()
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if "Run 2 executions again?" not in dialog.text:
        fail(dialog.text)
    one("dialog[open] button.primary").click()
    wait(lambda: "Sent 2 executions to run again." in text(), "two run again")
    if f"job_id={broken}" not in driver.browser.current_url:
        fail("the list is another one now")
    said("several are run again after a question")


def runs_one_again(id, run):
    path = f"/executions/{id}/{run}"
    ended(id, run, "failed")
    before = execution(id, run)["attempt"]
    get(path)
    one(".actions button[value=retry]").click()
    wait(lambda: "Sent 1 execution to run again." in text(), "it runs again")
    wait(lambda: f"Attempt {before + 1}" in one("#attempts").text, "its next attempt is seen", 10)
    wait(lambda: "Failed" in one("#run-status").text, "and its end", 10)
    if HOSTILE.split()[0] not in one("[data-lines]").text or many("main img"):
        fail("what it says is not shown as it is")
    for part in ["exit code 7", "It failed after", run, "Trace"]:
        if part not in text():
            fail(f"{part} is not there")
    said("one is run again, and its attempts and output are seen")


def follows_output(slow):
    run = trigger(slow)
    get(f"/executions/{slow}/{run}")
    count = lambda: len(many("[data-lines] li[value]"))
    wait(lambda: count() > 20, "lines come", 10)
    box = one(".lines")
    at_end = lambda: driver.browser.execute_script(
        "const b = arguments[0]; return b.scrollTop + b.clientHeight >= b.scrollHeight - 8", box)
    wait(lambda: count() > 40 and at_end(), "the end is followed", 10)
    driver.browser.execute_script("arguments[0].scrollTop = 30", box)
    seen = count()
    wait(lambda: count() > seen + 5, "more lines come", 10)
    if driver.browser.execute_script("return arguments[0].scrollTop", box) != 30:
        fail("the lines jump")
    numbers = [found.get_attribute("value") for found in many("[data-lines] li[value]")]
    if numbers != [str(number + 1) for number in range(len(numbers))]:
        fail(f"lines are missing or twice: {numbers}")
    one("[data-live-toggle]").click()
    time.sleep(0.4)
    seen = count()
    time.sleep(1)
    if count() != seen:
        fail("paused, but lines come")
    one("[data-live-toggle]").click()
    wait(lambda: count() > seen, "it goes on", 5)
    one("[data-lines-end]").click()
    wait(at_end, "to the end")
    one(".actions button[value=cancel]").click()
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if "asked to stop" not in dialog.text:
        fail(dialog.text)
    one("dialog[open] button.danger").click()
    wait(lambda: "Cancelled" in one("#run-status").text, "it is cancelled, which is seen", 20)
    said("output is followed line by line without a jump, and what runs is cancelled")


def runs_edited(id, run):
    get(f"/executions/{id}/{run}")
    one(".actions a.button").click()
    wait(lambda: "Run again with edited input" in text(), "the form")
    argv = one("#command_argv")
    argv.clear()
    argv.send_keys("/bin/echo\nmended")
    one("button.primary").click()
    wait(lambda: "It runs with the edited input" in text(), "it runs")
    wait(lambda: "Succeeded" in one("#run-status").text, "it succeeds", 10)
    wait(lambda: "mended" in one("[data-lines]").text, "and says so", 10)
    if execution(id, run)["status"] != "failed":
        fail("the execution that failed is another now")
    said("one is run with edited input, as a job of its own")


def redrives(often, mended):
    get("/dead-letters")
    group = [found for found in many("[data-row]") if "breaks-often" in found.text][0]
    if "30" not in group.text or "exit code 3" not in group.text:
        fail(group.text)
    group.find_element(By.CSS_SELECTOR, "[data-pick]").click()
    if "30 executions chosen" not in text():
        fail("nobody says how many are meant")
    mended.touch()
    one(".bulk button[value=redrive]").click()
    dialog = wait(lambda: one("dialog[open]"), "a question")
    if "Run 30 executions again?" not in dialog.text:
        fail(dialog.text)
    one("dialog[open] button.primary").click()
    wait(lambda: "30 executions sent to run again." in one("dialog[open]").text, "progress", 30)
    wait(lambda: "Done" in one("dialog[open] h2").text, "the end")
    one("dialog[open] button").click()
    wait(lambda: "breaks-often" not in text() and "breaks-always" in text(), "the group is gone", 10)
    items = call("GET", f"/api/v1/executions/{often}?limit=200")["items"]
    wait(lambda: all(item["status"] == "succeeded" for item in call("GET", f"/api/v1/executions/{often}?limit=200")["items"]),
         "all have succeeded", 30)
    if len(items) != 30:
        fail(f"{len(items)} executions instead of 30")
    said("a group of dead letters is run again, with its count, a question and how far it is")


def keys():
    get("/")
    for letter, place in [("e", "/executions"), ("d", "/dead-letters")]:
        driver.browser.find_element(By.TAG_NAME, "body").send_keys("g", letter)
        wait(lambda: driver.browser.current_url.endswith(place), f"g {letter}")
        wait(lambda: driver.browser.execute_script("return document.readyState") == "complete", "the page")
    driver.browser.find_element(By.TAG_NAME, "body").send_keys("?")
    wait(lambda: "Dead letters" in one("dialog[open]").text, "the list of keys")
    ActionChains(driver.browser).send_keys(Keys.ESCAPE).perform()
    said("keys lead there")


def hostile():
    for query in ["q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "service=%3Cscript%3E", "job_id=x", "from=yesterday",
                  "cursor=AAAA", "within=1y", "status=%00", "after=-9"]:
        for path in ["/executions", "/dead-letters"]:
            get(f"{path}?{query}")
            if many("main img") or not one("h1").is_displayed():
                fail(f"{path}?{query}")
    said("hostile addresses are told what is wrong with them")


def without_scripts(broken, often, failed, talker):
    get(f"/executions?job_id={broken}&status=failed")
    for box in many("[data-pick]")[:2]:
        box.click()
    one(".bulk button[value=retry]").click()
    wait(lambda: "Run 2 executions again?" in text(), "a question")
    one("button.primary").click()
    wait(lambda: "Sent 2 executions to run again." in text(), "two run again")
    get("/dead-letters")
    group = [found for found in many("[data-row]") if "breaks-once-more" in found.text][0]
    group.find_element(By.CSS_SELECTOR, "[data-pick]").click()
    one(".bulk button[value=redrive]").click()
    wait(lambda: "Run 3 executions again?" in text(), "a question")
    one("button.primary").click()
    wait(lambda: "Sent 3 executions to run again." in text(), "three run again")
    get(talker)
    seen = len(many("[data-lines] li[value]"))
    one("[data-more-lines] a").click()
    wait(lambda: one("[data-lines] li[value]").get_attribute("value") == str(seen + 1), "more lines")
    size(360)
    for path in ["/executions", "/dead-letters", failed, f"{failed}/edited"]:
        get(path)
        if not one("h1").is_displayed():
            fail(f"{path} shows nothing")
    said("the same without scripts")


def main():
    mended = folder / "mended"
    broken = command("breaks-always", f"echo '{HOSTILE.replace(chr(39), '')}'; echo gone >&2; exit 7")
    often = command("breaks-often", f"test -e {mended} || exit 3")
    more = command("breaks-once-more", "exit 4")
    slow = command("talks", "n=0; while [ $n -lt 600 ]; do n=$((n+1)); echo line $n of six hundred; sleep 0.05; done")
    talker = command("talks-much", "n=0; while [ $n -lt 700 ]; do n=$((n+1)); echo a line with number $n; done")
    quick = job("quick", schedule={"type": "manual"}, overlap_policy="allow_all")
    for _ in range(30):
        trigger(often)
    for _ in range(3):
        trigger(more)
    failed = [trigger(broken) for _ in range(5)]
    for _ in range(25):
        trigger(quick)
    talked = ended(talker, trigger(talker), "succeeded")
    for run in failed:
        ended(broken, run, "failed")
    wait(lambda: len(call("GET", f"/api/v1/executions/{often}?status=failed&limit=200")["items"]) == 30, "thirty failures", 60)
    wait(lambda: len(call("GET", f"/api/v1/executions/{more}?status=failed")["items"]) == 3, "three failures", 30)
    path = f"/executions/{broken}/{failed[0]}"
    if sys.argv[3] == "acts":
        for step in [lambda: searches(broken), lambda: lives(quick), lambda: runs_many_again(broken),
                     lambda: runs_one_again(broken, failed[0]), lambda: runs_edited(broken, failed[0]), keys, hostile,
                     lambda: follows_output(slow), lambda: redrives(often, mended)]:
            step()
            errors()
        return
    everything_looks_right(path, f"/executions/{slow}/{trigger(slow)}")
    errors()
    driver.browser.quit()
    driver.browser = driver.chromium("runs-without", scripts=False)
    without_scripts(broken, often, path, f"/executions/{talker}/{talked}")


driver.browser = driver.chromium("runs")
try:
    main()
finally:
    driver.browser.quit()
