"""What is read from the clients' own runners: a case that did not run is no case that passed."""

import json

import pytest

from tests.conformance.suites import Outcome, js_cases, py_cases


def test_only_cases_of_ours_that_passed_count() -> None:
    """Of vitest's report: other groups are not asked for, and one of ours that was skipped is told, unless named."""
    names = {
        "Supabase Integration Tests Realtime with vsn: 1.0.0 is able to broadcast": "passed",
        "Supabase Integration Tests Realtime with vsn: '2.0.0' is able to broadcast": "skipped",
        "Supabase Integration Tests Realtime with vsn: 1.0.0 httpSend delivers a binary broadcast": "skipped",
        "Custom JWT Realtime will connect": "todo",
        "Custom JWT Realtime will fail": "failed",
        "Supabase Integration Tests PostgREST select": "skipped",
    }
    cases = [{"fullName": name, "status": status} for name, status in names.items()]
    passed, others = js_cases(json.dumps({"testResults": [{"assertionResults": cases}]}))
    assert passed == list(names)[:1]
    assert others == (list(names)[1], list(names)[3])


def test_pytests_report_is_read_case_by_case() -> None:
    """Passed, skipped, failed and broken ones."""
    report = """<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4">
        <testcase classname="tests.test_a" name="test_one" time="0.1" />
        <testcase classname="tests.test_a" name="test_two" time="0"><skipped type="pytest.skip" message="m">s</skipped>
        </testcase>
        <testcase classname="tests.test_a" name="test_three" time="0"><failure message="m">f</failure></testcase>
        <testcase classname="tests.test_a" name="test_four" time="0"><error message="m">e</error></testcase>
        </testsuite></testsuites>"""
    assert py_cases(report) == (1, ("tests.test_a::test_two",))


@pytest.mark.parametrize(
    ("outcome", "good"),
    [
        (Outcome(0, 3, (), "x"), True),
        (Outcome(0, 3, ("one",), "x"), False),
        (Outcome(0, 0, (), "x"), False),
        (Outcome(1, 3, (), "x"), False),
    ],
)
def test_a_suite_is_good_only_whole(outcome: Outcome, good: bool) -> None:
    """Neither skipped cases nor none at all pass."""
    assert outcome.good is good
    assert f"{outcome.passed} passed, {len(outcome.skipped)} skipped; x" in outcome.line()
