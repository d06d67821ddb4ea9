-- @include tickets
-- @include events
-- @include index
-- @include callers
-- Forgets a ticket wholly; its caller's epoch and recents stay for as long as they matter.
local function forget(id, ticket)
  call('HDEL', TICKETS, id)
  call('ZREM', LEASES, id)
  call('ZREM', OWNED, ticket.worker .. '|' .. id)
  call('ZREM', DUE, 't' .. id, 's' .. id, 'a' .. id)
  if ticket.partner == 'bot' then drop_talker(id, ticket) end
  local entry = caller_of(ticket.caller)
  if entry and entry.ticket == id then
    entry.ticket = ''
    call('HSET', CALLERS, ticket.caller, pack(entry))
    call('ZADD', DUE, now + LINGER_MS, 'u' .. ticket.caller)
  end
end

-- A waiting ticket whose lease ran out.
local function expire_waiting(id, ticket)
  withdraw(id, ticket)
  forget(id, ticket)
  tell(ticket, 'expired', id)
end
