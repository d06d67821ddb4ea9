"""Bugs seeded into the Lua sources, one at a time: the stateful search must find each."""

import pytest

from matcher import scripts
from tests.integration.room_search import search

# name: (file, what it says, what the bug makes of it)
MUTANTS = {
    "meets oneself or the blocked": ("include/search", "not excluded(ticket, recents, other, soft)", "true"),
    "blocks hold one way only": (
        "include/search",
        "  if string.find(other.avoid, ticket.caller, 1, true) then return true end\n",
        "",
    ),
    "recents are forgotten": ("include/search", "return not soft and met ", "return false and met "),
    "recents never soften": ("include/search", "return not soft and met ", "return met "),
    "the dead are matched": (
        "include/search",
        "  if alive(id) then return ticket end\n",
        "  if true then return ticket end\n",
    ),
    "not the longest waiting": ("include/search", ">= best.ticket.joined then return best", ">= 0 then return best"),
    "a partner stays in the index": ("include/place", "    withdraw(found.id, found.ticket)\n", ""),
    "sides are swapped": ("include/offer", "ticket.joined < other.joined", "ticket.joined > other.joined"),
    "only one side remembers": ("include/offer", "  remember(other.caller, ticket.caller, cid)\n", ""),
    "an offer has no deadline": ("include/offer", "  call('ZADD', DUE, now + RETELL_MS, 'c' .. cid)\n", ""),
    "the partner is not told": ("include/offer", "  tell_offer(other_id, other)\n", ""),
    "rungs never begin": ("include/index", "  if nxt then call('ZADD', DUE", "  if false then call('ZADD', DUE"),
    "a rung too early": ("include/index", "[1] <= waited do", "[1] <= waited + 700 do"),
    "age is lost": ("include/dissolve", "  place(id, ticket)\n", "  ticket.joined = now\n  place(id, ticket)\n"),
    "the partner of an offer is dropped": (
        "include/dissolve",
        "release(other_id, other, cid, true)",
        "release(other_id, other, cid, false)",
    ),
    "the silent side is kept": (
        "include/dissolve",
        "release(id, ticket, cid, ticket.acked)",
        "release(id, ticket, cid, true)",
    ),
    "calls leak": ("include/sides", "  call('HDEL', CALLS, cid)\n", ""),
    "the other side of a call stays": ("end", "  forget(other_id, other)\n", ""),
    "the other side is not told the end": ("end", "  tell(other, 'ended', other_id, cid, reason)\n", ""),
    "one acknowledgement is enough": ("ack", "if other and other.acked then", "if other then"),
    "older epochs are let in": ("enter", "if entry and epoch < entry.epoch then return SUPERSEDED end\n", ""),
    "the old ticket is not superseded": ("enter", "  drop(held_id, held, 'partner_left')\n", ""),
    "active calls keep a lease": (
        "include/hold",
        "  call('ZREM', LEASES, id)\n  call('ZREM', DUE",
        "  call('ZREM', DUE",
    ),
    "a returned socket is still given up": ("attach", "worker, nil\n", "worker, ticket.lost_until\n"),
    "half a call lasts for ever": ("restore", "  call('ZADD', DUE, now + LEASE_MS, 'c' .. cid)\n", ""),
    "time goes back": ("include/time", "tonumber(ahead), latest - now, least", "tonumber(ahead), least"),
    "a bot takes whoever does not want one": ("claim", " and ticket.bots and", " and"),
    "a bot takes who is taken": ("claim", "ticket.state == 'waiting' and ", ""),
    "a bot takes the dead": ("claim", " and alive(id)\n", "\n"),
    "a bot comes whatever the mode": ("claim", "or not bots_come or", "or"),
    "a bot comes too late": ("claim", " or now - at > JOB_MS then", " then"),
    "a taken caller stays in the queue": ("claim", "withdraw(id, ticket)\n", ""),
    "a bot joins the queue": ("include/dissolve", "if ticket.bot or not keep", "if not keep"),
    "a bot counts as somebody met": ("include/offer", "if not ticket.bot then note", "if true then note"),
    "people meet whatever the mode": ("include/place", "people_meet and search", "search"),
    "a bot is never asked for again": ("include/due", "  want_bot(id, ticket)\n", ""),
    "a choice is not looked at": ("mode", "do call('ZADD', DUE, now, 't' .. id) end", "do local _ = id end"),
    "nobody is offered to who talks to a bot": ("include/place", "    draw(ticket, rungs)\n", ""),
    "a person who has gone is still offered": ("include/persons", "ticket.free and now + LOOK_MS or quiet", "quiet"),
    "who stays is asked again at once": ("include/persons", " and not quiet and", " and"),
    "who stays is never asked again": ("include/persons", " or quiet and ticket.quiet or", " or"),
    "who stays keeps a person from others": ("stay", "if found then draw(", "if false then draw("),
    "the bot is not told of a person": ("include/persons", "if other then tell(", "if false then tell("),
    "whoever is lost is offered somebody": ("include/persons", " and not ticket.lost_until and", " and"),
    "an older rung of a talker is kept": ("include/persons", "  ticket.rung = begun(ticket, rungs)\n", ""),
    "a talker is found for ever": ("include/forget", "then drop_talker(id, ticket) end", "then end"),
    "a switcher is found as a talker": ("switch", "drop_talker(id, ticket)\n", ""),
    "a page that is back is not told": ("include/due", "string.sub(entry, 1, 1) == 'a'", "false"),
    "a switch leaves a person": ("switch", " or not talks_to_bot(ticket) then", " then"),
    "a switch whatever the mode": ("switch", "local found = people_meet and", "local found ="),
    "the bot of a switch stays": ("switch", "  forget(bot_id, bot)\n", ""),
    "the bot is not told of a switch": ("switch", "  tell(bot, 'ended', bot_id, cid, 'switched')\n", ""),
    "a switched call stays": ("switch", "close_call(cid)\n", ""),
    "a person is taken and still waits": ("switch", "withdraw(found.id, found.ticket)\n", ""),
    "a switcher has no lease": ("switch", "lease(id)\n", ""),
    "callers are never forgotten": ("include/due", "then call('HDEL', CALLERS, caller) end", "then end"),
}


@pytest.mark.mutants
@pytest.mark.parametrize("name", MUTANTS)
def test_the_search_finds_a_seeded_bug(valkey_socket: str, name: str) -> None:
    """Whatever it is, some history shows it."""
    file, right, wrong = MUTANTS[name]
    files = scripts.sources()
    assert files[file].count(right) == 1
    files[file] = files[file].replace(right, wrong)

    found = False
    try:
        # A bound for what is not found; what is found ends the search.
        search(valkey_socket, examples=1000, files=files)
    except Exception:  # noqa: BLE001 # an invariant, a rule or the script itself: each is a find
        found = True
    assert found
