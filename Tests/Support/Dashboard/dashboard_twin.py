"""Shows that what the drivers of the dashboard check can fail: a page is served as it should be, and then broken in one way
after the other.

  dashboard_twin.py - FOLDER
"""

import contextlib
import http.server
import io
import sys
import threading

import driver
from driver import chromium, errors, fail, look, said

GOOD = """<!doctype html>
<html lang="en" data-theme="THEME">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Twin</title>
<style>body { color: #111; background: #fff } </style></head>
<body><main><h1>Twin</h1><form><label for="name">Name</label> <input id="name"></form></main></body>
</html>"""
# What is broken, and the word by which the check tells it.
TWINS = {
    "overflow": ("<h1>Twin</h1>", '<h1>Twin</h1><div style="width:900px">wide</div>', "wide at 360"),
    "label": ('<label for="name">Name</label>', "Name", '"label"'),
    "contrast": ("color: #111", "color: #bbb", '"color-contrast"'),
    "language": (' lang="en"', "", '"html-has-lang"'),
    "id": ("</form>", '</form><p id="x" aria-labelledby="gone">x</p><button></button>', '"button-name"'),
    "theme": ('data-theme="THEME"', 'data-theme="none"', "is not light"),
    "script": ("</main>", "</main><script>nothing.there()</script>", "nothing is not defined"),
    "policy": ("<head>", '<head><meta http-equiv="Content-Security-Policy" content="script-src \'none\'"><script>1</script>',
               "Content Security Policy"),
}


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/")
        old, new, _ = TWINS.get(name, ("", "", ""))
        theme = "dark" if "punctual_theme=dark" in self.headers.get("Cookie", "") else "light"
        body = (GOOD.replace(old, new) if old else GOOD).replace("THEME", theme).encode()
        self.send_response(204 if name == "favicon.ico" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", "0" if name == "favicon.ico" else str(len(body)))
        self.end_headers()
        if name != "favicon.ico":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def fault(path):
    """What the checks say of a page; nothing when they pass it."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        look(path, "light", 360)
        errors()
    return told.getvalue()


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    driver.address = f"http://127.0.0.1:{server.server_port}"
    driver.browser = chromium("twin")
    try:
        driver.browser.set_script_timeout(60)
        if fault("/good"):
            fail(f"a good page is blamed: {fault('/good')}")
        for name, (_, _, word) in TWINS.items():
            found = fault(f"/{name}")
            # One that logs an error must not be blamed on the next.
            driver.browser.get_log("browser")
            if word not in found:
                fail(f"{name} is passed: {found!r}")
        said("a page that is broken in any of these ways is found: " + ", ".join(TWINS))
    finally:
        driver.browser.quit()
        server.shutdown()
    sys.exit(0)
