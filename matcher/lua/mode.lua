-- Set who is matched with whom. All who wait are looked at again by the sweeps that follow.
-- KEYS: mode waiting due clock
-- ARGV: now, seed, '<mode> <ms>' (see `include/modes`), '1': only where none is set
-- Returns what holds now.
-- @include time
local text, only_lost = ARGV[3], ARGV[4] == '1'

local held = call('GET', MODE)
if only_lost and held then return finish(held) end
call('SET', MODE, text)
for _, id in ipairs(call('ZRANGE', WAITING, 0, -1)) do call('ZADD', DUE, now, 't' .. id) end
return finish(text)
