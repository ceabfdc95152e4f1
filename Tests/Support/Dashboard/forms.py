"""What is done with the forms of the dashboard: fields, buttons, questions, what is shown once, and the sign-in."""

import driver
from driver import fail, many, one, text, wait
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

NAME, PASSWORD = "grace", "a long walk by the river"
# What must stand in no log; written to shown.txt at the end.
SHOWN = [PASSWORD, "hunter2", "hunter3", "seven bridges", "a longer walk by the sea"]
LONG = "a-name-that-is-as-long-as-names-may-be-and-has-no-place-to-break"[:64]


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
