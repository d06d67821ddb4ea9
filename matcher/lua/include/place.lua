-- @include search
-- Places a ticket: offers it the best partner there is, or puts it into the queue.
local offers = 0

-- 132 of the seed's and counter's SHA-1 bits as 22 characters of base64url: nobody can guess one call from another.
local DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
local function new_call_id()
  offers = offers + 1
  local hex = string.sub(redis.sha1hex(seed .. ':' .. offers), 1, 33)
  return (string.gsub(hex, '...', function(three)
    local high, low = math.floor(tonumber(three, 16) / 64) + 1, tonumber(three, 16) % 64 + 1
    return string.sub(DIGITS, high, high) .. string.sub(DIGITS, low, low)
  end))
end

local function claim(id, ticket, cid, side, holder)
  ticket.state, ticket.call, ticket.side = 'offered', cid, side
  ticket.acked, ticket.connected, ticket.holder = false, false, holder
  store(id, ticket)
  call('LPUSH', WAITS, string.format('%d %d', now, math.max(0, now - ticket.joined)))
end

-- Both or neither: the one script claims both. `other` waited in the queue and is told.
local function offer(id, ticket, other_id, other)
  local cid = new_call_id()
  local first = ticket.joined < other.joined
  claim(id, ticket, cid, first and 'a' or 'b', {other.worker, other_id, other.caller})
  claim(other_id, other, cid, first and 'b' or 'a', {ticket.worker, id, ticket.caller})
  call('LTRIM', WAITS, 0, MAX_WAITS - 1)
  call('HSET', CALLS, cid, pack({a = first and id or other_id, b = first and other_id or id, deadline = now + ACK_MS}))
  call('ZADD', DUE, now + RETELL_MS, 'c' .. cid)
  remember(ticket.caller, other.caller, cid)
  remember(other.caller, ticket.caller, cid)
  tell_offer(other_id, other)
end

-- The ticket must not be in the index. Afterwards it is 'waiting' or 'offered' and stored; the caller of this
-- function tells its worker.
local function place(id, ticket)
  local rungs, waited = ladder(ticket), now - ticket.joined
  ticket.state, ticket.rung = 'waiting', 0
  ticket.call, ticket.side, ticket.acked, ticket.connected, ticket.holder = nil, nil, nil, nil, nil
  while rungs[ticket.rung + 1] and rungs[ticket.rung + 1][1] <= math.max(0, waited) do ticket.rung = ticket.rung + 1 end
  local found = search(ticket, rungs)
  if found then
    withdraw(found.id, found.ticket)
    offer(id, ticket, found.id, found.ticket)
  else
    store(id, ticket)
    queue(id, ticket, rungs)
  end
end
