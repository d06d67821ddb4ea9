"""How each suite is set up in a folder of its own and run there, as its runner runs it."""

import asyncio
import json
import os
import re
import shutil
import sys
import venv
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.open_hub import open_hub
from tests.integration.realtime_server import KEY

ROOT = Path(__file__).parents[2]
BIN = Path(sys.prefix) / "bin"

JS_SUITE = Path("packages/core/supabase-js/test/integration.test.ts")
JS_PACKAGES = [
    "vitest@4", "jsonwebtoken@9", "ws@8", "@opentelemetry/api@1", "@opentelemetry/context-async-hooks@2",
    "@opentelemetry/core@2", "@opentelemetry/sdk-trace-node@2",
]  # fmt: skip
# Each must have passed cases, so that a renamed one is noticed and not passed over. Runners quote the version or not.
JS_GROUPS = [r"Realtime with vsn: '?1\.0\.0", r"Realtime with vsn: '?2\.0\.0", "Custom JWT"]
# Patterns like the groups', of cases that need not run.
JS_LEFT_OUT = {
    r"vsn: '?1\.0\.0.*binary broadcast": "binary frames: this version of the protocol has none, and the suite skips it",
}

PY_SUITE = Path("src/realtime")
PY_PACKAGES = ["aiohttp", "pytest>=8.4", "pytest-asyncio>=1.0", "python-dotenv"]
PY_LEFT_OUT = {
    "tests/test_connection.py::test_postgrest_changes": "database changes: the hub has no database",
    "tests/test_connection.py::test_postgrest_changes_on_different_tables": "database changes, as above",
    "tests/test_presence.py::test_presence": "presence: the policy for Supabase grants it to nobody, nor does the hub",
}


class Unfit(Exception):
    """A checkout or a run is not what this script knows; the text says what is missing."""


@dataclass(frozen=True)
class Outcome:
    """How a suite went.

    Args:
        status: The runner's exit status.
        passed: How many cases passed.
        skipped: Those that were asked for and did not run.
        client: What was tested, and by which suite.
    """

    status: int
    passed: int
    skipped: tuple[str, ...]
    client: str

    @property
    def good(self) -> bool:
        """Whether every case that was asked for has passed."""
        return self.status == 0 and self.passed > 0 and not self.skipped

    def line(self) -> str:
        """Return it in one line, with the names of those that were skipped below."""
        verdict = "passed" if self.good else "FAILED"
        lines = [f"{verdict}: {self.passed} passed, {len(self.skipped)} skipped; {self.client}", *self.skipped]
        return "\n  skipped: ".join(lines)


async def javascript(checkout: Path, folder: Path) -> Outcome:
    """Run supabase-js's live Realtime cases with the published package of the version that the page ships.

    Raises:
        Unfit: The checkout has no such suite, or a group of cases did not run.
    """
    if not (checkout / JS_SUITE).is_file():
        raise Unfit(f"no {JS_SUITE} in {checkout}")
    suite = (checkout / JS_SUITE).read_text(encoding="utf-8")
    shipped = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    client = f"@supabase/supabase-js@{shipped['dependencies']['@supabase/realtime-js']}"
    packages = [client, *JS_PACKAGES]
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    await _must(folder, BIN / "npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", *packages)
    secret = re.search(r"JWT_SECRET = '([^']+)'", suite)
    if not secret:
        raise Unfit(f"no JWT_SECRET in {JS_SUITE}")
    for pattern, reason in JS_LEFT_OUT.items():
        print(f"left out: /{pattern}/ ({reason})", flush=True)
    async with open_hub(secret[1]) as url:
        (folder / "integration.test.ts").write_text(adapted(suite, url), encoding="utf-8")
        status = await _run(folder, BIN / "node", "node_modules/vitest/vitest.mjs", "run", "--globals",
                            "-t", "|".join(JS_GROUPS), "--reporter=verbose", "--hideSkippedTests",
                            "--reporter=json", "--outputFile.json=result.json")  # fmt: skip
    passed, others = js_cases((folder / "result.json").read_text(encoding="utf-8"))
    for group in JS_GROUPS if status == 0 else ():
        if not any(re.search(group, name) for name in passed):
            raise Unfit(f"no case of '{group}' ran")
    return Outcome(status, len(passed), others, f"{client}, suite of {await _commit(checkout)}")


def js_cases(report: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the cases of our groups that passed, and those that did not run; which failed the runner has said."""
    cases = {
        case["fullName"]: case["status"]
        for file in json.loads(report)["testResults"]
        for case in file["assertionResults"]
        if re.search("|".join(JS_GROUPS), case["fullName"])
    }
    passed = [name for name, status in cases.items() if status == "passed"]
    others = [name for name, status in cases.items() if status not in ("passed", "failed")]
    return passed, tuple(name for name in others if not any(re.search(pattern, name) for pattern in JS_LEFT_OUT))


def adapted(suite: str, url: str) -> str:
    """Point the JavaScript suite at the published package and at `url`.

    Raises:
        Unfit: It does not hold what has to be replaced.
    """
    for old, new in (("'../src/index'", "'@supabase/supabase-js'"), ("import '../src/tracing'\n", ""),
                     ("'http://127.0.0.1:54321'", f"'{url}'")):  # fmt: skip
        if old not in suite:
            raise Unfit(f"no {old.strip()} in {JS_SUITE}")
        suite = suite.replace(old, new)
    return suite


async def python(checkout: Path, folder: Path) -> Outcome:
    """Run supabase-py's realtime suite with the client of the same checkout, in an environment of its own.

    Raises:
        Unfit: The checkout has no such suite, or not the cases that are left out.
    """
    if not (checkout / PY_SUITE / "tests").is_dir():
        raise Unfit(f"no {PY_SUITE}/tests in {checkout}")
    source, environment = folder / "realtime", folder / "environment"
    shutil.copytree(checkout / PY_SUITE, source)
    await asyncio.to_thread(venv.create, environment, with_pip=True)
    interpreter = environment / "bin" / "python"
    await _must(folder, interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                str(source), *PY_PACKAGES)  # fmt: skip
    for case, reason in PY_LEFT_OUT.items():
        print(f"left out: {case} ({reason})", flush=True)
    pytest = (interpreter, "-m", "pytest", "-p", "no:cacheprovider")
    async with open_hub("") as url:
        environ = {"SUPABASE_URL": url, "SUPABASE_PUBLISHABLE_KEY": KEY}
        listed = await _output(source, *pytest, "--collect-only", "-q", "tests", **environ)
        # By their full names: --deselect takes a prefix, and would take others of the same beginning with it.
        cases = [line for line in listed.splitlines() if "::" in line]
        if missing := PY_LEFT_OUT.keys() - set(cases):
            raise Unfit(f"no {', '.join(sorted(missing))} in {checkout}")
        kept = [case for case in cases if case not in PY_LEFT_OUT]
        status = await _run(source, *pytest, "-v", f"--junitxml={folder / 'result.xml'}", *kept, **environ)
    passed, others = py_cases((folder / "result.xml").read_text(encoding="utf-8"))
    version = re.search(r'(?m)^version = "([^"]+)"', (source / "pyproject.toml").read_text(encoding="utf-8"))
    client = f"realtime {version[1] if version else '?'}, suite of {await _commit(checkout)}"
    return Outcome(status, passed, others, client)


def py_cases(report: str) -> tuple[int, tuple[str, ...]]:
    """Return how many cases passed, and which did not run; which failed the runner has said."""
    cases = re.findall(r'<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:/>|>(.*?)</testcase>)', report, re.DOTALL)
    skipped = tuple(f"{where}::{name}" for where, name, said in cases if "<skipped" in said)
    failed = sum("<failure" in said or "<error" in said for _, _, said in cases)
    return len(cases) - len(skipped) - failed, skipped


async def _commit(checkout: Path) -> str:
    return (await _output(checkout, "git", "rev-parse", "--short=12", "HEAD")).strip() or "no known commit"


async def _run(folder: Path, *command: str | Path, **environment: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=_environ(environment))
    return await process.wait()


async def _output(folder: Path, *command: str | Path, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=_environ(environment), stdout=PIPE)
    output, _ = await process.communicate()
    return output.decode()


async def _must(folder: Path, *command: str | Path) -> None:
    if status := await _run(folder, *command):
        raise Unfit(f"{Path(command[0]).name} ended with {status} while installing")


def _environ(further: dict[str, str]) -> dict[str, str]:
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | further
