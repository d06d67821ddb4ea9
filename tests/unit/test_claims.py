"""Each promise that callers read at /privacy names its tests, and each of those tests names its promise.

The promises and their tests are in `web/src/privacy/claims.json`, from which the page is built. A Python test names its
promise by `@pytest.mark.claim("id")`, a Node test by ` [claim id]` at the end of its title.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLAIMS = ROOT / "web/src/privacy/claims.json"
NODE_TEST = re.compile(r"\btest\(\s*(['\"`])(.*?)\1,", re.DOTALL)
NODE_CLAIM = re.compile(r" \[claim ([a-z-]+)\]")

Claims = dict[str, list[str]]


def promised() -> Claims:
    """Return the tests of each promise, by its id."""
    groups = json.loads(CLAIMS.read_text(encoding="utf-8"))
    promises = [promise for group in groups.values() for promise in group]
    assert len({promise["id"] for promise in promises}) == len(promises), "an id is there twice"
    return {promise["id"]: promise["tests"] for promise in promises}


def claimed() -> Claims:
    """Return the promises that each test of the project names, by the test's name; most name none."""
    return dict([*python_tests(), *node_tests()])


def python_tests() -> Iterator[tuple[str, list[str]]]:
    """Yield each Python test with the promises it names."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                marks = [ast.unparse(decorator) for decorator in node.decorator_list]
                ids = [re.fullmatch(r"pytest\.mark\.claim\('([a-z-]+)'\)", mark) for mark in marks]
                yield f"{path.relative_to(ROOT)}::{node.name}", [found[1] for found in ids if found]


def node_tests() -> Iterator[tuple[str, list[str]]]:
    """Yield each test of the page with the promises it names."""
    for path in (ROOT / "web/src").rglob("*.test.ts"):
        for _, title in NODE_TEST.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT)}::{NODE_CLAIM.sub('', title)}", NODE_CLAIM.findall(title)


def faults(promises: Claims, tests: Claims) -> list[str]:
    """List where the promises and the tests do not say the same."""
    named = {(name, test) for name, names in promises.items() for test in names}
    marked = {(name, test) for test, names in tests.items() for name in names}
    return sorted([
        *(f"{name}: promised without a test" for name, names in promises.items() if not names),
        *(f"{name}: no such test: {test}" for name, test in named if test not in tests),
        *(f"{name}: not marked as its test: {test}" for name, test in named - marked if test in tests),
        *(f"{name}: not promised, but marked: {test}" for name, test in marked - named),
    ])  # fmt: skip


def test_every_promise_has_its_tests_and_every_claim_test_its_promise() -> None:
    """The two lists are one."""
    assert faults(promised(), claimed()) == []


@pytest.mark.parametrize(
    ("promises", "tests", "fault"),
    [
        ({"a": []}, {"t": []}, "a: promised without a test"),
        ({"a": ["gone"]}, {"t": []}, "a: no such test: gone"),
        ({"a": ["t"]}, {"t": []}, "a: not marked as its test: t"),
        ({}, {"t": ["a"]}, "a: not promised, but marked: t"),
        ({"a": ["t"]}, {"t": ["a"], "u": ["a"]}, "a: not promised, but marked: u"),
    ],
)
def test_each_kind_of_fault_is_found(promises: Claims, tests: Claims, fault: str) -> None:
    """A promise without a test, a test that is gone, and either without the other."""
    assert faults(promises, tests) == [fault]


def test_tests_are_found_in_both_languages() -> None:
    """By the names that the runners give them: functions in Python, titles as written in the page's own tests."""
    tests = claimed()
    assert f"tests/unit/test_claims.py::{test_tests_are_found_in_both_languages.__name__}" in tests
    assert "web/src/call/template.test.ts::template: ${name}" in tests
