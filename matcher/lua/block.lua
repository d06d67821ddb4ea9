-- Note that a caller never wants to meet another again; the newest are kept, for a day.
-- KEYS: clock
-- KEYS[2]: the caller's blocks
-- ARGV: now, seed, blocked caller
-- Returns nothing.
-- @include time
local blocks = KEYS[2]
local blocked = ARGV[3]

call('ZADD', blocks, now, blocked)
call('ZREMRANGEBYRANK', blocks, 0, -1 - MAX_BLOCKS)
finish()
call('PEXPIRE', blocks, BLOCK_TTL_MS)
