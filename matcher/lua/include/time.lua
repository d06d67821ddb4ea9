-- The time of this script, its last step, and names for what every other fragment calls.
-- Uses ARGV[1] now (ms since the Unix epoch; 0: the server's own time), ARGV[2] seed (128 random bits, base64url).
local call, pack, unpacked = redis.call, cmsgpack.pack, cmsgpack.unpack

local now, seed = tonumber(ARGV[1]), ARGV[2]
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Small steps back (a failover, a corrected clock) are not followed: ages and deadlines only grow. A large one is,
-- or a clock that was once far ahead would stop time for as long.
local seen = tonumber(call('GET', CLOCK) or 0)
if seen > now and seen - now <= MAX_STEP_BACK_MS then now = seen end

-- The last step of every script that writes: keep the time, and let every key live on for a while.
local function finish(reply)
  call('SET', CLOCK, now)
  for i = 1, #KEYS do call('PEXPIRE', KEYS[i], KEY_TTL_MS) end
  return reply
end
