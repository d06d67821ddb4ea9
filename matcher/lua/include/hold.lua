-- @include tickets
-- Who answers for a ticket: waiting and offered ones have a lease each, active ones ride on their worker's lease.
local function lease(id)
  call('ZADD', LEASES, now + LEASE_MS, id)
end

-- A worker holds the socket of an active ticket. One that hears a bot may not know yet who is free; what is told this
-- very moment could be missed.
local function own(id, ticket)
  call('ZREM', LEASES, id)
  call('ZREM', DUE, 't' .. id)
  call('ZADD', OWNED, 0, ticket.worker .. '|' .. id)
  if ticket.partner == 'bot' and ticket.connected then call('ZADD', DUE, now + RETELL_MS, 'a' .. id) end
  call('ZADD', WORKERS, 'NX', now + (ticket.bot and BOT_LEASE_MS or LEASE_MS), ticket.worker)
end

-- Nobody holds it: at `until_ms` its call is given up.
local function disown(id, ticket, until_ms)
  ticket.lost_until = until_ms
  if ticket.state == 'active' then
    call('ZREM', LEASES, id)
    call('ZREM', OWNED, ticket.worker .. '|' .. id)
    call('ZADD', DUE, until_ms, 't' .. id)
  end
end
