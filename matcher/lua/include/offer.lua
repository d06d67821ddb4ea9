-- @include search
-- Matches two tickets: offers a call to both.
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

local function claim(id, ticket, cid, side, holder, partner)
  ticket.state, ticket.call, ticket.side, ticket.partner = 'offered', cid, side, partner
  ticket.acked, ticket.connected, ticket.holder = false, false, holder
  store(id, ticket)
end

-- Two people have met: what others may expect, and whom these two are not to meet again so soon.
local function note_meeting(ticket, other, cid)
  for _, one in ipairs({ticket, other}) do
    -- Whoever has talked to a bot meanwhile has not only waited.
    if not one.talked then call('LPUSH', WAITS, string.format('%d %d', now, math.max(0, now - one.joined))) end
  end
  call('LTRIM', WAITS, 0, MAX_WAITS - 1)
  remember(ticket.caller, other.caller, cid)
  remember(other.caller, ticket.caller, cid)
end

-- Both or neither: the one script claims both. `other` waited in the queue and is told.
local function offer(id, ticket, other_id, other)
  local cid = new_call_id()
  -- Side a hears of it last: who waited longer, and the one who waits rather than the one who comes from a bot.
  local first = ticket.joined < other.joined and not ticket.talked
  claim(id, ticket, cid, first and 'a' or 'b', {other.worker, other_id, other.caller}, 'human')
  claim(other_id, other, cid, first and 'b' or 'a', {ticket.worker, id, ticket.caller}, ticket.bot and 'bot' or 'human')
  call('HSET', CALLS, cid, pack({a = first and id or other_id, b = first and other_id or id, deadline = now + ACK_MS}))
  call('ZADD', DUE, now + RETELL_MS, 'c' .. cid)
  if not ticket.bot then note_meeting(ticket, other, cid) end
  tell_offer(other_id, other)
end
