-- @include time
-- Tickets: a msgpack map with
--   caller, epoch, joined, worker (the last that held its socket), avoid (callers joined by spaces), rungs (JSON: a
--   list of [delay, buckets]), state ('waiting' | 'offered' | 'active'), rung (how many rungs have begun);
--   bots (whether it may be taken by one), asked (when a bot was asked for last), bot (it is one's own: for one call, and
--   never in the queue; it has no caller in `callers`);
--   while offered or active: call, side ('a' | 'b'), partner ('human' | 'bot'), acked, connected (since when its partner is heard, ms, or false);
--   while offered: holder {worker, ticket, caller} of the partner, as it was when the two were matched;
--   while it hears a bot: free (whether it was told that a person is), quiet (until when it is told of nobody);
--   talked (whether it switched from a bot to a person);
--   after its socket was lost: lost_until (when its call is given up).
local function ticket_of(id)
  local packed = call('HGET', TICKETS, id)
  return packed and unpacked(packed)
end

local function store(id, ticket)
  call('HSET', TICKETS, id, pack(ticket))
end

local function ladder(ticket)
  return cjson.decode(ticket.rungs)
end

-- A ticket whose lease ran out is dead, swept or not.
local function alive(id)
  local lease = call('ZSCORE', LEASES, id)
  return lease and tonumber(lease) >= now
end

-- Where a ticket stands, as `matcher.placed` decodes it.
local function placed(ticket)
  if not ticket then return pack({'gone', ''}) end
  if ticket.state == 'waiting' then return pack({'waiting', ticket.joined}) end
  local last = ticket.connected or 0
  if ticket.state == 'offered' then last = ticket.holder end
  return pack({ticket.state, ticket.call, ticket.side, ticket.partner, last})
end

local SUPERSEDED = pack({'gone', 'superseded'})
