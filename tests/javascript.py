"""JavaScript of the packages, run in Node and in a headless browser, whichever there is."""

import base64
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

from tools.browser import BROWSER, QUIET

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
ENGINES = [name for name, found in (("node", _NODE), ("browser", BROWSER)) if found]
"""Those that are on the path."""


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
        return json.loads(_run(_NODE, program).stdout)
    page = folder / "page.html"
    page.write_text(f"<body><script type=module>{source}document.body.textContent = found;</script>", encoding="ascii")
    shown, complaints = browse(page, folder / "profile")
    assert complaints == []
    return json.loads(unescape(re.search("<body>(.*)</body>", shown, re.DOTALL)[1]))


def browse(page, profile):
    """What a headless browser makes of a page, as HTML, and the lines of its console; the profile is a new folder."""
    options = [
        *QUIET,
        "--enable-logging=stderr",
        "--v=0",
        f"--user-data-dir={profile}",
        "--window-size=1400,900",
        "--hide-scrollbars",
        "--virtual-time-budget=2000",
        "--dump-dom",
    ]
    done = _run(BROWSER, *options, page.as_uri())
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done
