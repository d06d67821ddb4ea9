-- @include time
-- Callers: a msgpack map with ticket ('' for none), epoch (the newest), recents {caller -> until}.
local function caller_of(name)
  local packed = call('HGET', CALLERS, name)
  return packed and unpacked(packed)
end

-- Two callers have met: for a while they are not matched again, except on a last rung.
local function remember(name, partner)
  local entry = caller_of(name)
  if not entry then return end
  local count, oldest = 0, nil
  for other, until_ms in pairs(entry.recents) do
    if until_ms <= now then
      entry.recents[other] = nil
    else
      count = count + 1
      if not oldest or until_ms < entry.recents[oldest] then oldest = other end
    end
  end
  if count >= MAX_RECENTS then entry.recents[oldest] = nil end
  entry.recents[partner] = now + RECENT_MS
  call('HSET', CALLERS, name, pack(entry))
end
