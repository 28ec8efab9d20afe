#!lua flags=allow-oom
-- Gives a lease back.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot connectionId pushPauseMs mostLookedAt
-- returns 1, or 0 if gone; or {expiresInMs, endpoint …} if the participant is to be told there of
--         what came while their connection looked alive
-- needs   clock publish presence log endpoints
local slot = ARGV[1]
local deadline, head, received, endpoints = unpack(redis.call('HMGET', KEYS[1],
  'deadline', 'seq', slot .. ':received', slot .. ':endpoints'))
if not deadline then
  return 0
end
local now = time()
local before = read_leases()
local after = drop_leases(before, now, function(lease)
  return lease.slot == slot and lease.connection == ARGV[2]
end)
tell_presence(before, after)

-- Whether a message of the other has come that no device of theirs has received.
local function is_waited_for()
  for seq = tonumber(head), math.max(received or 0, head - ARGV[4]) + 1, -1 do
    local entry = redis.call('LINDEX', KEYS[2], seq - 1)
    if is_of(entry, other[slot]) and string.find(entry, '"box":', 1, true)
      and not string.find(entry, '"unsends":', 1, true) then
      return true
    end
  end
  return false
end

if endpoints and is_waited_for() and is_push_due(slot, now, ARGV[3]) then
  return due_push(deadline - now, endpoints)
end
return 1
