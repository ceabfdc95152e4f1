"""What every page of the dashboard has about it: keys, the navigation, the figures above, theme and zone."""

import driver
from driver import address, fail, judge, look, many, one, said, size, text, wait
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def keys():
    driver.browser.get(address + "/")
    def body():
        # Modules run before the page is complete.
        wait(lambda: driver.browser.execute_script("return document.readyState") == "complete", "the page")
        return driver.browser.find_element(By.TAG_NAME, "body")

    body().send_keys("g", "j")
    wait(lambda: driver.browser.current_url.endswith("/jobs"), "g j")
    body().send_keys("/")
    wait(lambda: driver.browser.switch_to.active_element.get_attribute("id") == "q", "/")
    driver.browser.switch_to.active_element.send_keys("made-in", Keys.ENTER)
    wait(lambda: "q=made-in" in driver.browser.current_url and len(many("[data-row]")) == 1, "a search")
    one(".chips a").click()
    wait(lambda: len(many("[data-row]")) > 1, "without the filter")
    body().send_keys("?")
    wait(lambda: "next" in one("dialog[open]").text or "search" in one("dialog[open]").text, "the list of keys")
    ActionChains(driver.browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not many("dialog[open]"), "Escape closes it")
    body().send_keys("n")
    wait(lambda: driver.browser.current_url.endswith("/jobs/new"), "n")
    said("keys lead everywhere")


def menu():
    """Where the navigation has no place beside the page, one button shows all of it, by keys too."""
    size(360, 640)
    driver.browser.get(address + "/")
    entries = many("#nav a")
    if len(entries) < 9 or any(entry.is_displayed() for entry in entries):
        fail("the menu is open before anybody opens it")
    one(".opener").send_keys(Keys.ENTER)
    wait(lambda: all(entry.is_displayed() for entry in entries), "every entry is shown")
    for entry in entries:
        place = driver.browser.execute_script(
            "const r = arguments[0].getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]", entry)
        if place[0] < 0 or place[1] < 0 or place[2] > 360 or place[3] > 640:
            fail(f"{entry.text} is out of sight: {place}")
    ActionChains(driver.browser).send_keys(Keys.TAB).perform()
    if driver.browser.switch_to.active_element != entries[0]:
        fail("the first entry does not come next")
    ActionChains(driver.browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not entries[0].is_displayed(), "Escape closes it")
    one(".opener").click()
    wait(lambda: entries[1].is_displayed(), "a finger opens it")
    entries[1].click()
    wait(lambda: driver.browser.current_url.endswith("/jobs") and not one("#nav").is_displayed(), "an entry leads on")
    size(1280)
    if one(".opener").is_displayed() or not all(entry.is_displayed() for entry in many("#nav a")):
        fail("beside the page it is always open")


def menus():
    driver.browser.set_script_timeout(60)
    for theme in ["light", "dark"]:
        look("/", theme, 360)
        one(".opener").click()
        wait(lambda: one("#nav").is_displayed(), "the menu")
        judge(f"the menu, {theme}")
    menu()
    said("one button shows every entry where there is no place for them, by keys too")


def strips():
    """How many cells of the figures above stand on each line."""
    for path in ["/", "/queues"]:
        driver.browser.get(address + path)
        for width in [1280, 1024, 768, 360]:
            size(width)
            for count in range(2, 14):
                lines = driver.browser.execute_script(
                    "const strip = document.querySelector('.strip').cloneNode(true), cells = [...strip.children];"
                    "strip.replaceChildren(...Array.from({length: arguments[0]}, (_, at) => cells[at % cells.length].cloneNode(true)));"
                    "document.querySelector('main').append(strip); const lines = {};"
                    "for (const cell of strip.children) lines[cell.offsetTop] = (lines[cell.offsetTop] ?? 0) + 1;"
                    "strip.remove(); return Object.values(lines)", count)
                if sum(lines) != count or min(lines) < 2:
                    fail(f"{count} cells at {width}: {lines}")
    size(1280)
    said("no figure stands alone on its line")


def displays():
    driver.browser.get(address + "/jobs")
    one(".foot summary").click()
    one("button[value=dark]").click()
    wait(lambda: driver.browser.execute_script("return document.documentElement.dataset.theme") == "dark", "dark")
    one(".foot summary").click()
    one("#zone").clear()
    one("#zone").send_keys("Asia/Tokyo", Keys.ENTER)
    wait(lambda: "Times are shown in Asia/Tokyo." in text(), "another zone")
    wait(lambda: "18:00" in text(), "09:00 UTC is 18:00 in Tokyo")
    one(".foot summary").click()
    one("[data-zone-utc]").click()
    wait(lambda: "Times are shown in UTC." in text(), "UTC again")
    said("theme and zone change at once and stay")
