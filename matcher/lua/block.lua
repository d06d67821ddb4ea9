-- Note that a caller never wants to meet another again; the newest are kept, for a day. It holds for the ticket that the
-- caller has already, too.
-- KEYS: tickets leases callers clock
-- KEYS[5]: the caller's blocks
-- ARGV: now, seed, caller, blocked caller
-- Returns nothing.
-- @include tickets
-- @include callers
local blocks = KEYS[5]
local caller, blocked = ARGV[3], ARGV[4]

call('ZADD', blocks, now, blocked)
call('ZREMRANGEBYRANK', blocks, 0, -1 - MAX_BLOCKS)
local entry = caller_of(caller)
local id = entry and entry.ticket or ''
local ticket = id ~= '' and ticket_of(id)
if ticket then
  ticket.avoid = blocked .. ' ' .. ticket.avoid
  store(id, ticket)
end
finish()
call('PEXPIRE', blocks, BLOCK_TTL_MS)
