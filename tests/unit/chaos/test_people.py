"""What a caller of `make chaos` takes its own wait for."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import cast

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.ledger import Ledger
from tests.chaos.line import Scene
from tests.chaos.people import Person


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    """Somebody without a socket, whose words are lost."""
    scene = Scene(cast(Cluster, None), Ledger(), lambda _: None, talk_s=1, enough=3)
    scene.calm.set()
    somebody = Person(scene, {}, 1, random.Random(1))
    somebody.caller = "ada"
    yield somebody
    await scene.client.aclose()


async def seat_after(person: Person, *, dismissed: bool) -> tuple[float, float]:
    """Leave, come back on another socket, be matched; returns since when it waited, at first and by its seat."""
    await person.hear({"type": "relay"})
    first_s = asyncio.get_running_loop().time()
    await asyncio.sleep(0.05)  # time that the two ages differ by
    await person.leave()
    if dismissed:
        person.dismissed()
    await person.greet({})
    await person.hear({"type": "relay"})
    await person.hear({"type": "matched", "call_id": "call", "side": "a"})
    return first_s, person._ledger.matches["call"].seats["ada"].since_s


@pytest.mark.parametrize("dismissed", [True, False])
async def test_an_age_is_gone_only_when_the_service_says_so(person: Person, dismissed: bool) -> None:
    """A farewell that was lost with the socket changes nothing: the service may keep the place, age and all."""
    first_s, since_s = await seat_after(person, dismissed=dismissed)
    assert (since_s > first_s) is dismissed
