"""The turn machine's table as a Mermaid state diagram. Pure."""

from collections import defaultdict

from bot.turns.events import End, Event
from bot.turns.machine import TABLE
from bot.turns.state import State


def mermaid() -> str:
    """Return the diagram: an arrow for each pair of states, with the events that can lead along it.

    An end of the call leads from every state to the last one: a note says so, in place of eight arrows.
    """
    arrows: dict[tuple[State, State], list[type[Event]]] = defaultdict(list)
    for (state, event), rule in TABLE.items():
        for target in rule.targets:
            if target is not state and event is not End:
                arrows[state, target].append(event)
    first, *_, last = (state.name for state in State)
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    for one, other in sorted(arrows, key=lambda pair: (pair[0].value, pair[1].value)):
        events = ", ".join(sorted(event.__name__ for event in arrows[one, other]))
        lines.append(f"    {one.name} --> {other.name}: {events}")
    lines += [f"    {last} --> [*]", f"    note right of {last}: from every state by {End.__name__}"]
    return "\n".join(lines) + "\n"
