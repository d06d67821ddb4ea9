-- Do what time has made due: dead leases, dead workers, rungs that begin, offers to tell again or to give up, calls
-- whose lost side did not come back, callers to forget, jobs that are too old for any bot. Any process may sweep, as
-- often as it likes.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock swept
-- ARGV: now, seed, limit (of each kind), gap (ms in which only one sweep runs; 0: none)
-- Returns how many things were done; from `limit` on there may be more, and the gap is lifted.
-- @include due
local limit, gap = tonumber(ARGV[3]), tonumber(ARGV[4])
-- Not a key that expires: its time would be that of Redis's clock, which may be set back.
if now - tonumber(call('GET', SWEPT) or 0) < gap then return 0 end

local done = 0
for _, id in ipairs(call('ZRANGEBYSCORE', LEASES, '-inf', '(' .. now, 'LIMIT', 0, limit)) do
  expire(id, ticket_of(id))
  done = done + 1
end
for _, worker in ipairs(call('ZRANGEBYSCORE', WORKERS, '-inf', '(' .. now, 'LIMIT', 0, limit)) do
  done = done + orphan(worker, limit)
end
for _, entry in ipairs(call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, limit)) do
  on_due[string.sub(entry, 1, 1)](string.sub(entry, 2), entry)
  done = done + 1
end
-- Their ids are times of Redis's own clock.
call('XTRIM', JOBS, 'MINID', math.max(0, call('TIME')[1] * 1000 - JOB_MS))
if done >= limit then call('DEL', SWEPT) else call('SET', SWEPT, now) end
return finish(done)
