-- The time of this script, its last step, and names for what every other fragment calls.
-- Uses ARGV[1] now (ms since the Unix epoch; 0 or less: the server's own time, but no earlier than that many ms),
-- ARGV[2] seed (128 random bits, base64url).
local call, pack, unpacked = redis.call, cmsgpack.pack, cmsgpack.unpack

local now, seed, least = tonumber(ARGV[1]), ARGV[2], 0
if now <= 0 then
  least = -now
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- The room's time never goes back, and never stands still: when the clock is set back, by a correction or a failover,
-- the room goes on as far ahead of it as it is then. Ages, leases and deadlines only grow, at the pace of real time.
-- When Redis has forgotten how far that is, the workers tell it how late it was already.
local latest, ahead = string.match(call('GET', CLOCK) or '0 0', '^(%d+) (%d+)$')
ahead = math.max(tonumber(ahead), latest - now, least - now)
now = now + ahead

-- The last step of every script that writes: keep the time, and let every key live on for a while.
local function finish(reply)
  call('SET', CLOCK, string.format('%d %d', now, ahead))
  for i = 1, #KEYS do call('PEXPIRE', KEYS[i], KEY_TTL_MS) end
  return reply
end
