-- The log: a list of entries as JSON with a fixed order of fields, so that nothing here parses.

-- Whether the log has this very element.
local function stands_at(seq, sum)
  local entry = redis.call('LINDEX', KEYS[2], seq - 1)
  local mark = '{"seq":' .. seq .. ',"sum":"' .. sum .. '"'
  return entry and string.sub(entry, 1, #mark) == mark
end

-- Whether an entry is of this participant.
local function is_of(entry, slot)
  return string.find(entry, '"slot":"' .. slot .. '"', 1, true) ~= nil
end

-- The element of this cid that is in the log already, as it is answered.
local function repeated(seq, slot)
  local entry = redis.call('LINDEX', KEYS[2], seq - 1)
  return is_of(entry, slot) and entry or 'foreign'
end
