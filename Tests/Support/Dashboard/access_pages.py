"""The pages of access: the set-up, people and their roles, passwords, keys and secrets, and who is let in to what."""

import urllib.error
import urllib.request

import driver
from driver import address, fail, get, many, one, rest, said, wait
from forms import LONG, NAME, PASSWORD, SHOWN, answer, fill, press, secret, sign_in, sign_out, told, unfold
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

TOKEN, PROVIDER = rest


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
    request = urllib.request.Request(address + "/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=20):
            return True
    except urllib.error.HTTPError:
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
