-- Renew what a worker answers for: its own lease, on which its active tickets ride, and those of the others.
-- KEYS: tickets leases workers owned due clock
-- ARGV: now, seed, worker, its lease (ms), ticket id...
-- Returns the time (ms), then the ids that are gone, or that another worker took over.
-- @include hold
local worker = ARGV[3]

local gone = {now}
call('ZADD', WORKERS, now + tonumber(ARGV[4]), worker)
for i = 5, #ARGV do
  local id = ARGV[i]
  if call('ZSCORE', LEASES, id) then
    lease(id)
  elseif not call('ZSCORE', OWNED, worker .. '|' .. id) then
    gone[#gone + 1] = id
  end
end
return finish(gone)
