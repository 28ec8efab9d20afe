#!lua flags=no-writes
-- A page of the log after a position; at least one entry if there is any.
-- KEYS    session log cids leases tries ended files
-- ARGV    afterSeq afterSum (0 and '' for none) maxEntries maxBytes
-- returns {head, entry …}; or 'gone' or 'diverged'
-- needs   log
local head = redis.call('HGET', KEYS[1], 'seq')
if not head then
  return 'gone'
end
if ARGV[1] ~= '0' and not stands_at(ARGV[1], ARGV[2]) then
  return 'diverged'
end
local page, bytes = { tonumber(head) }, 0
local from, last = tonumber(ARGV[1]), ARGV[1] + ARGV[3]
-- In small steps: a hundred of the largest entries would be far more than a page.
while from < last do
  local entries = redis.call('LRANGE', KEYS[2], from, math.min(from + 10, last) - 1)
  for _, entry in ipairs(entries) do
    bytes = bytes + #entry
    if bytes > tonumber(ARGV[4]) and #page > 1 then
      return page
    end
    page[#page + 1] = entry
  end
  if #entries < 10 then
    return page
  end
  from = from + 10
end
return page
