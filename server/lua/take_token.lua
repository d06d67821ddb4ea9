-- Take one token from a bucket that refills with time; a bucket that is full again is forgotten.
-- KEYS[1] bucket: hash {tokens, at}
-- ARGV[1] now (ms since the Unix epoch), ARGV[2] burst (tokens), ARGV[3] refill (tokens per second)
-- Returns 0 when a token was taken, else the ms until one is there.
local bucket = KEYS[1]
local now, burst, refill = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local stored = redis.call('HMGET', bucket, 'tokens', 'at')
local tokens, at = tonumber(stored[1]) or burst, tonumber(stored[2]) or now
-- A clock that went backwards neither refills nor drains.
now = math.max(now, at)
tokens = math.min(burst, tokens + (now - at) * refill / 1000)

local wait = 0
if tokens >= 1 then
  tokens = tokens - 1
else
  wait = math.ceil((1 - tokens) * 1000 / refill)
end
redis.call('HSET', bucket, 'tokens', tostring(tokens), 'at', string.format('%d', now))
redis.call('PEXPIRE', bucket, math.ceil((burst - tokens) * 1000 / refill) + 1000)
return wait
