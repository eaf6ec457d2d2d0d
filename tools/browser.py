"""A browser that is driven as a person does: by pointer, keys and files, through Chromium's debugging protocol.

Tests use it, and what takes pictures.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

from theory.errors import SubpoolError

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What a browser is started with that shows nothing and asks nobody for anything."""

_DRIVEN = ("--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0")
_SECONDS = 60


class BrowserError(SubpoolError):
    """The browser does not do what it is asked to."""


class Page:
    """One page; ``complaints`` are what it logs, throws or is refused by its policy, ``requests`` what it asks for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: WebSocketClientConnection) -> None:
        self._loop, self._socket, self._number = loop, socket, 0
        self.complaints: list[Any] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol, and return its result."""
        return self._loop.run_until_complete(asyncio.wait_for(self._exchange(method, parameters), _SECONDS))

    async def _exchange(self, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._number += 1
        await self._socket.write_message(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await self._socket.read_message() or "{}")
            self._note(message.get("method"), message.get("params", {}))
            if message.get("id") == self._number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def _note(self, method: str | None, parameters: Mapping[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"].get("exception", {}).get("description", parameters))
        if method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(parameters["args"])
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def look(self, width: int, height: int = 900, *, dark: bool = False, scale: float = 1) -> None:
        """Set the size of the window, in pixels, and the colours that its user prefers."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )
        # Nothing moves by itself, or a click would miss what is scrolled into view.
        wanted = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        self.send("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in wanted.items()])

    def open(self, url: str, ready: str) -> None:
        """Go to a page, and wait until an expression in it is true."""
        self.send("Page.navigate", url="about:blank")  # so that nothing of a page before answers
        self.wait("location.href == 'about:blank'")
        self.send("Page.navigate", url=url)
        self.wait(ready)

    def run(self, expression: str) -> Any:
        """Evaluate an expression, or wait for the promise that it is."""
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise BrowserError(f"{expression[:200]}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        turn = "await new Promise(go => setTimeout(go, 20))"
        found = self.run(
            f"(async () => {{ let i = 0; while (!({expression}) && i++ < 600) {turn}; return i <= 600; }})()"
        )
        if not found:
            raise BrowserError(f"waited in vain for {expression}: {self.complaints}")

    def click(self, selector: str) -> None:
        """Click at the middle of an element, wherever it is."""
        to_view = "e.scrollIntoView({block: 'center', behavior: 'instant'})"
        middle = "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]"
        x, y = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); {to_view}; {middle}; }})()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, *keys: str) -> None:
        """Press keys, by their names or characters."""
        for key in keys:
            text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
            code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowUp": 38, "ArrowDown": 40, "ArrowRight": 39, "ArrowLeft": 37}
            known = {"key": key, "windowsVirtualKeyCode": code.get(key, ord(key[0].upper()))}
            self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **known)
            self.send("Input.dispatchKeyEvent", type="keyUp", **known)

    def choose_file(self, selector: str, path: Path) -> None:
        """Give a file to an element that takes files."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", files=[str(path)], nodeId=node)

    def picture(self, path: Path) -> None:
        """Take a picture of what is seen, as a PNG file."""
        path.write_bytes(b64decode(self.send("Page.captureScreenshot")["data"]))


@contextmanager
def browsing(profile: Path) -> Iterator[Page]:
    """Start a browser, and give a page of it; the profile is a new folder."""
    if BROWSER is None:
        raise BrowserError("there is no Chromium or Chrome on the path")
    profile.mkdir(parents=True, exist_ok=True)
    command = [BROWSER, *QUIET, *_DRIVEN, f"--user-data-dir={profile}", "about:blank"]
    loop = asyncio.new_event_loop()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            socket = loop.run_until_complete(_connect(_address(profile / "DevToolsActivePort")))
            yield Page(loop, socket)
            socket.close()
        finally:
            process.kill()
            loop.close()


def _address(file: Path) -> str:
    """Wait for the file in which the browser says where it listens."""
    end = time.monotonic() + _SECONDS
    while not file.exists() or len(file.read_text().split()) < 2:
        if time.monotonic() > end:
            raise BrowserError("the browser does not start")
        time.sleep(0.02)
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"


async def _connect(address: str) -> WebSocketClientConnection:
    """Connect to the one page that is open."""
    browser = await websocket_connect(address)
    await browser.write_message(json.dumps({"id": 1, "method": "Target.getTargets"}))
    targets = json.loads(await browser.read_message() or "{}")["result"]["targetInfos"]
    page = next(target["targetId"] for target in targets if target["type"] == "page")
    browser.close()
    root = address.split("/devtools/")[0]
    return await websocket_connect(f"{root}/devtools/page/{page}", max_message_size=2**27)
