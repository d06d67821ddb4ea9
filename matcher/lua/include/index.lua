-- @include tickets
-- The index of waiting tickets. Members sort by bucket, then by age: the head of a bucket is who waits longest there.
local function entries(id, ticket, rungs, with_scores)
  local tail = '|' .. string.format('%013d', ticket.joined) .. '|' .. id
  local list, n = {}, 0
  for r = 1, ticket.rung do
    for _, bucket in ipairs(rungs[r][2]) do
      if with_scores then n = n + 1; list[n] = 0 end
      n = n + 1; list[n] = bucket .. tail
    end
  end
  return list, n
end

-- How many rungs have begun for a ticket of this age.
local function begun(ticket, rungs)
  local count, waited = 0, math.max(0, now - ticket.joined)
  while rungs[count + 1] and rungs[count + 1][1] <= waited do count = count + 1 end
  return count
end

-- Into the queue, to be found under every rung that has begun, and due when the next one begins.
local function queue(id, ticket, rungs)
  local list, n = entries(id, ticket, rungs, true)
  if n > 0 then call('ZADD', INDEX, unpack(list)) end
  call('ZADD', WAITING, ticket.joined, id)
  local nxt = rungs[ticket.rung + 1]
  if nxt then call('ZADD', DUE, ticket.joined + nxt[1], 't' .. id) end
end

-- Out of the queue: nobody finds it any more.
local function withdraw(id, ticket)
  local list, n = entries(id, ticket, ladder(ticket), false)
  if n > 0 then call('ZREM', INDEX, unpack(list)) end
  call('ZREM', WAITING, id)
  call('ZREM', DUE, 't' .. id, 'b' .. id)
end

-- Callers who talk to a bot are found by people who wait as those are by all others.
local function add_talker(id, ticket, rungs)
  local list, n = entries(id, ticket, rungs, true)
  if n > 0 then call('ZADD', TALKERS, unpack(list)) end
end

local function drop_talker(id, ticket)
  local list, n = entries(id, ticket, ladder(ticket), false)
  if n > 0 then call('ZREM', TALKERS, unpack(list)) end
end
