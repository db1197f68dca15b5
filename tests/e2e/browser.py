"""Chromium without a window, driven through its debugging pipe: no other package is needed.

    page = browser().open("x.html")
    page.click("#tab-locks")
    page.text("h1")

One Chromium serves all tests of a program; each page has a tab of its own. What goes wrong in the page (exceptions, console errors, attempts to load something) is collected in
page.problems.
"""
import atexit
import base64
import collections
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse

from harness import Skip, clean_environment

LIMIT_SECONDS = 30
SIZE = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
SWITCHES = ("--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
            "--disable-extensions", "--mute-audio", "--hide-scrollbars", "--no-proxy-server")


RUNNING = []


def browser():
    """The Chromium of this program, started when it is first asked for."""
    if not RUNNING:
        RUNNING.append(Browser())
        atexit.register(RUNNING[0].close)
    return RUNNING[0]


class Browser:
    def __init__(self):
        self.program = shutil.which("chromium")
        if not self.program:
            raise Skip("chromium is not installed (package chromium)")
        self.next_id = 0
        self.buffer = b""
        self.pages = {}
        self.start()

    def start(self):
        self.profile = tempfile.mkdtemp(prefix="lockjam-chromium.")
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        # Chromium reads descriptor 3 and writes 4: a shell moves ours there.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{read_there} 4>&{write_there}', "sh", self.program, *SWITCHES,
             f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(read_there, write_there), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=clean_environment({"HOME": self.profile}), start_new_session=True)
        os.close(read_there)
        os.close(write_there)
        self.reader, self.writer = read_here, write_here

    def close(self):
        try:
            self.call("Browser.close")
            self.process.wait(LIMIT_SECONDS)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.reader)
        os.close(self.writer)
        shutil.rmtree(self.profile, ignore_errors=True)

    def read_message(self):
        while b"\0" not in self.buffer:
            data = os.read(self.reader, 1 << 20)
            if not data:
                raise RuntimeError("chromium has gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """The result of a command; events that come meanwhile go to their pages."""
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read_message()
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            page = self.pages.get(answer.get("sessionId"))
            if page:
                page.on_event(answer["method"], answer["params"])

    def open(self, path, dark=False):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        page.prepare(dark)
        page.load("file://" + urllib.parse.quote(os.path.abspath(path)))
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.problems, self.requests = [], []
        self.events = collections.Counter()

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def prepare(self, dark):
        for domain in "Page", "Runtime", "Network", "Log":
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", **SIZE)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def load(self, url):
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def on_event(self, method, parameters):
        self.events[method] += 1
        if method == "Runtime.exceptionThrown":
            self.problems.append(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.problems.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']['exception']['description']}")
        return result["result"].get("value")

    def wait_for(self, expression):
        """Until the expression is true; the page changes on its own time."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < deadline, f"never: {expression}"

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText")

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.innerText ?? e.textContent)")

    def settle(self):
        """Until what was asked for is drawn."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def place(self, selector):
        self.settle()
        box = self.evaluate(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
                            " e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect();"
                            " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        assert box, f"there is no {selector}"
        return box

    def click_at(self, x, y):
        for kind in "mousePressed", "mouseReleased":
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def click(self, selector):
        self.click_at(*self.place(selector))

    def wheel(self, selector, delta):
        x, y = self.place(selector)
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=delta)

    def drag(self, begin, end):
        self.call("Input.dispatchMouseEvent", type="mousePressed", x=begin[0], y=begin[1], button="left", clickCount=1)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=end[0], y=end[1], button="left", buttons=1)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", x=end[0], y=end[1], button="left", clickCount=1)

    def key(self, name):
        """A key by its DOM name: "Enter", "ArrowDown", "n"."""
        codes = {"Enter": 13, "Tab": 9, "Escape": 27, "Home": 36, "End": 35, "ArrowLeft": 37, "ArrowUp": 38,
                 "ArrowRight": 39, "ArrowDown": 40, "PageDown": 34}
        parameters = {"key": name, "windowsVirtualKeyCode": codes.get(name, ord(name[0].upper()))}
        if name == "Enter":
            parameters["text"] = "\r"
        elif len(name) == 1:
            parameters["text"] = name
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    def type(self, selector, text):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def accessible(self):
        """[(role, name)] as a screen reader gets them."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
