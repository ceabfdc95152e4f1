"""Pictures of pages, by Chromium."""

import time

from selenium import webdriver


def chromium(folder, size=(1280, 800)):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--hide-scrollbars", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={folder}",
                 f"--window-size={size[0]},{size[1]}"):
        options.add_argument(word)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def picture(browser, address, path, file, theme="light", width=1280):
    """Looks at a page as whoever has chosen that theme, and keeps what is seen, at most 1,100 pixels of it."""
    shape = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
    browser.get(address + path)
    browser.add_cookie({"name": "punctual_theme", "value": theme, "path": "/"})
    browser.get(address + path)
    time.sleep(0.7)
    shape["height"] = min(1100, max(640, browser.execute_script("return document.documentElement.scrollHeight")))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
    time.sleep(0.2)
    browser.save_screenshot(str(file))
