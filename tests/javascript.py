"""JavaScript of the packages, run in Node and in a headless browser, whichever there is."""

import base64
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = {
    "checker": ROOT / "proofs_check/explore/checker.js",
    **{
        name: ROOT / f"theory/explore/assets/{name}.js"
        for name in ("solver", "estimator", "networks", "latex", "fractions")
    },
}
"""The mathematics of the page, by their names."""

IMPORT = re.compile(r'^import \{[^}]*\} from "([^"]+)";$', re.MULTILINE)
"""What a module takes from another one."""

_NODE = shutil.which("node")
_BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ENGINES = [name for name, found in (("node", _NODE), ("browser", _BROWSER)) if found]
"""Those that are on the path."""

_BROWSER_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=1000",
    "--dump-dom",
)


def _address(path):
    """A module as an address that holds it, and what it imports: both engines load such addresses alike."""

    def replaced(match):
        return match[0].replace(f'"{match[1]}"', f'"{_address(path.parent / match[1])}"')

    source = IMPORT.sub(replaced, path.read_text(encoding="utf-8"))
    return f"data:text/javascript;base64,{base64.b64encode(source.encode()).decode()}"


def evaluate(engine, function, given, folder, *modules):
    """What a JavaScript function returns for a JSON value, with modules of the packages at hand by their names."""
    imports = "".join(f'import * as {name} from "{_address(MODULES[name])}";\n' for name in modules)
    data = json.dumps(json.dumps(given)).replace("<", "\\u003c")
    source = f"{imports}const found = JSON.stringify(await ({function})(JSON.parse({data})));\n"
    if engine == "node":
        program = folder / "program.mjs"
        program.write_text(source + "process.stdout.write(found);\n", encoding="ascii")
        return json.loads(_output(_NODE, program))
    page = folder / "page.html"
    page.write_text(f"<body><script type=module>{source}document.body.textContent = found;</script>", encoding="ascii")
    shown = _output(_BROWSER, *_BROWSER_OPTIONS, f"--user-data-dir={folder / 'profile'}", page.as_uri())
    return json.loads(unescape(re.search("<body>(.*)</body>", shown, re.DOTALL)[1]))


def _output(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
