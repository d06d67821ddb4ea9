-- What time it is in this room.
-- KEYS: clock
-- ARGV: now, seed
-- Returns ms since the Unix epoch, more or less: see `time`.
-- @include time
return finish(now)
