"""The diagram of the turn machine is its table."""

import re

from bot.turns.diagram import mermaid
from bot.turns.events import End
from bot.turns.machine import TABLE
from bot.turns.state import State

ARROW = re.compile(r"^ *(\w+) --> (\w+): (.+)$", re.MULTILINE)


def test_the_diagram_has_the_arrows_of_the_table_and_no_others() -> None:
    """Each change of state with each event that leads to it; staying is not drawn."""
    drawn = {(one, other, event) for one, other, events in ARROW.findall(mermaid()) for event in events.split(", ")}
    expected = {
        (state.name, target.name, event.__name__)
        for (state, event), rule in TABLE.items()
        for target in rule.targets
        if target is not state and event is not End
    }
    assert drawn == expected


def test_the_order_is_the_states() -> None:
    """The same table gives the same text: the arrows follow the order in which the states are listed."""
    text = mermaid()
    assert text == mermaid()
    order = [state.name for state in State]
    drawn = [(order.index(one), order.index(other)) for one, other, _ in ARROW.findall(text)]
    assert drawn == sorted(drawn)
    assert text.startswith("stateDiagram-v2\n    [*] --> CONNECTING\n    CONNECTING --> DISCLOSING: Connected\n")
    assert "\n    USER_PAUSING --> USER_SPEAKING: Voiced\n" in text
    assert text.endswith("    CLOSING --> [*]\n    note right of CLOSING: from every state by End\n")
