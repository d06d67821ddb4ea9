-- Whom a caller met in a call, running or over, while that is remembered. For the server only, never for a page.
-- KEYS: callers clock
-- ARGV: now, seed, caller, call id
-- Returns the other caller, or nil.
-- @include callers
local caller, cid = ARGV[3], ARGV[4]

local entry = caller_of(caller)
for other, met in pairs(entry and entry.recents or {}) do
  if met[2] == cid then return other end
end
return nil
