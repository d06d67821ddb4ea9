-- The place of a waiting ticket, by age among all who wait, and what recent waits were like where people meet.
-- KEYS: waiting due waits mode clock
-- ARGV: now, seed, ticket id
-- Returns {place from 1, ms waited, hitch (`matcher.domain`; '': none), recent waits in ms...}, or nil for a ticket that
-- does not wait.
-- @include modes
local id = ARGV[3]

local rank, joined = call('ZRANK', WAITING, id), call('ZSCORE', WAITING, id)
if not rank then return nil end
local waited = math.max(0, now - tonumber(joined))

local hitch = ''
local bot_due = bots_come and call('ZSCORE', DUE, 'b' .. id)
if mode == 'paused' then
  hitch = 'paused'
elseif bots_come and not bot_due then
  hitch = mode == 'bots' and 'bots_only' or 'people_only'
elseif bot_due and waited >= bot_after + NO_BOT_MS then
  hitch = 'no_bot'
end

local reply = {rank + 1, waited, hitch}
for _, line in ipairs(people_meet and call('LRANGE', WAITS, 0, -1) or {}) do
  local at, wait = string.match(line, '^(%d+) (%d+)$')
  if now - tonumber(at) <= RECENT_MS then reply[#reply + 1] = tonumber(wait) end
end
return reply
