"""Drives the pages of access, audit, notifications and settings with Chromium, as dashboard_browser.py does the others.

  dashboard_keys.py ADDRESS FOLDER TOKEN PROVIDER

ADDRESS is that of an installation with access control that has no administrator yet, TOKEN makes the first, and PROVIDER is
what the button says that signs in at an OpenID provider.
"""

import driver
from access_pages import (changes_the_password, comes_by_a_provider, keeps_secrets, lets_people_in, makes_keys, refuses_passwords,
                          sets_up, shows_less_to_a_viewer)
from driver import chromium, errors, fail, folder, get, look, one, said, size, wait
from forms import LONG, NAME, SHOWN, fill, press, sign_in, told, unfold
from second_factor import takes_a_second_factor, takes_the_factor_off_another
from settings_pages import notifies, reads_the_log, sets


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
    (folder / "shown.txt").write_text("\n".join(SHOWN))
