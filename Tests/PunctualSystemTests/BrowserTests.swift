import Foundation
import Testing

@Suite("In a real browser", .timeLimit(.minutes(10)))
struct BrowserTests {
    /// Opens the link in headless Chromium, does what a person does, and prints what he reads.
    ///
    /// Chromium reaches nothing but loopback, and no log of it holds an error: the strict content policy is kept.
    private static let driver = """
        import sys
        from selenium import webdriver
        from selenium.webdriver.common.by import By
        from selenium.webdriver.support.ui import WebDriverWait

        link, folder, name, passwords = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for word in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir=" + folder,
        ): options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        try:
            browser.get(link)
            field = lambda id: browser.find_element(By.ID, id)
            wait = lambda ready: WebDriverWait(browser, 90).until(lambda _: ready())
            wait(lambda: field("token").get_attribute("value"))
            print("token", field("token").get_attribute("value"))
            print("address", browser.current_url)
            field("name").send_keys(name)
            for password in passwords:
                before = field("said").text
                field("password").clear()
                field("password").send_keys(password)
                browser.find_element(By.TAG_NAME, "button").click()
                wait(lambda: field("said").text != before)
                print("said", field("said").text)
            link = browser.find_element(By.CSS_SELECTOR, "#next a")
            print("next", link.text, link.get_attribute("href"))
            for line in browser.get_log("browser"):
                # What the server refuses is an error to Chromium, and so is that it has no icon.
                if "status of 422" not in line["message"] and "/favicon.ico" not in line["message"]:
                    print("log", line["message"])
        finally:
            browser.quit()
        """

    @Test("the printed link makes the first administrator; the token leaves the address, a weak password is explained")
    func setUp() async throws {
        _ = try Program.installed("chromium")
        _ = try Program.installed("chromedriver")
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
            let environment = ["PUNCTUAL_ACCESS_MODE": "required"]
            try await withServer(arguments, in: folder, environment: environment) { server in
                let line = try await server.background.line(with: "/setup#token=")
                let link = String(line.split(separator: " ").last ?? "")
                let token = String(link.split(separator: "=", maxSplits: 1).last ?? "")
                let script = try folder.write(Self.driver, to: "browser.py")
                let (weak, good) = ("passwordpassword", "a long walk by the river")
                let said = try await Program.run(
                    Checkout.python, [script, link, "\(folder.path)/profile", "grace", weak, good], in: folder,
                    environment: ["SE_OFFLINE": "true"])
                #expect(said.status == 0, "\(said)")
                let lines = said.lines
                try #require(lines.count == 5, "\(said)")
                #expect(lines[0] == "token \(token)" && lines[1] == "address \(server.address)/setup")
                #expect(lines[2].hasPrefix("said ") && lines[2].contains("password"), "\(said)")
                #expect(lines[3] == "said The user grace is there.", "\(said)")
                #expect(lines[4] == "next Sign in \(server.address)/sign-in", "\(said)")
                let login = try await server.punctual("login", "--name", "grace", "--password-stdin", input: good)
                #expect(login.status == 0, "\(login)")
            }
        }
    }
}
