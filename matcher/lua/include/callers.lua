-- @include time
-- Callers: a msgpack map with ticket ('' for none), epoch (the newest), recents {caller -> {until, call}}.
local function caller_of(name)
  local packed = call('HGET', CALLERS, name)
  return packed and unpacked(packed)
end

-- Two callers have met: for a while they are not matched again, except on a last rung, and the one can still block the
-- other, even after their call. Only others push anybody out.
local function remember(name, partner, cid)
  local entry = caller_of(name)
  if not entry then return end
  local count, oldest = 0, nil
  for other, met in pairs(entry.recents) do
    if met[1] <= now or other == partner then
      entry.recents[other] = nil
    else
      count = count + 1
      if not oldest or met[1] < entry.recents[oldest][1] then oldest = other end
    end
  end
  if count >= MAX_RECENTS then entry.recents[oldest] = nil end
  entry.recents[partner] = {now + RECENT_MS, cid}
  call('HSET', CALLERS, name, pack(entry))
end
