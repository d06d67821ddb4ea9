-- The place of a waiting ticket, by age among all who wait, and what recent waits were like.
-- KEYS: waiting waits clock
-- ARGV: now, seed, ticket id
-- Returns {place from 1, ms waited, recent waits in ms...}, or nil for a ticket that does not wait.
-- @include time
local id = ARGV[3]

local rank, joined = call('ZRANK', WAITING, id), call('ZSCORE', WAITING, id)
if not rank then return nil end
local reply = {rank + 1, math.max(0, now - tonumber(joined))}
for _, line in ipairs(call('LRANGE', WAITS, 0, -1)) do
  local at, wait = string.match(line, '^(%d+) (%d+)$')
  if now - tonumber(at) <= RECENT_MS then reply[#reply + 1] = tonumber(wait) end
end
return reply
