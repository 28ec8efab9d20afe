#!lua flags=allow-oom
-- Keeps a lease and drops those that have expired. A lease that is not there any more is taken
-- anew, unless others have its place: then the order to close it was lost, and is given again.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot passHash connectionId device ('' for none) leaseMs maxConnections
-- returns {seq, sum, now, deadline, by}; or 'gone' or 'pass_gone'
-- needs   clock publish presence passes
local slot, pass, connection, device = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local deadline, by, seq, sum =
  unpack(redis.call('HMGET', KEYS[1], 'deadline', 'by', 'seq', 'sum'))
if not deadline then
  return 'gone'
end
if not has_pass(slot, pass) then
  return 'pass_gone'
end
local now = time()
local ends = now + ARGV[5]

local before = read_leases()
local held = lease_of(before, slot, connection)
if not held or held.ends <= now then
  end_absence(slot)
end
if held then
  held.ends = ends
  redis.call('ZADD', KEYS[4], ends, held.member)
end
local after = drop_expired(before, now)
if not held then
  if #leases_of(after, slot) < tonumber(ARGV[6]) then
    add_lease(after, slot, connection, pass, device, ends, deadline)
  else
    close_connection(4504, connection)
  end
end
tell_presence(before, after)
return { seq, sum, now, deadline, by }
