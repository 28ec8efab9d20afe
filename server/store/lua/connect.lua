#!lua flags=allow-oom
-- Takes a lease and answers with all that a welcome needs. It takes the place of an earlier one of
-- the same device; one connection too many closes the oldest. Allowed when memory is full: what is
-- there must stay readable.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot passHash connectionId device ('' for none) leaseMs maxConnections
--         afterSeq afterSum (0 and '' for none)
-- returns {seq, sum, reset, idleMs, now, deadline, by, then of a and of b: received, read,
--         then of the peer: state, lastAt}; or 'gone' or 'pass_gone'
-- needs   clock publish presence passes log
local slot, pass, connection, device = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local deadline, by, idle, seq, sum, a_received, a_read, b_received, b_read =
  unpack(redis.call('HMGET', KEYS[1], 'deadline', 'by', 'idle', 'seq', 'sum',
    'a:received', 'a:read', 'b:received', 'b:read'))
if not deadline then
  return 'gone'
end
if not has_pass(slot, pass) then
  return 'pass_gone'
end
local now = time()
local ends = now + ARGV[5]

local before = read_leases()
local after = drop_leases(drop_expired(before, now), now, function(lease)
  local is_former = device ~= '' and lease.slot == slot and lease.device == device
    and lease.connection ~= connection
  if is_former then close_connection(4006, lease.connection) end
  return is_former
end)
local held = lease_of(after, slot, connection)
if held then
  redis.call('ZADD', KEYS[4], ends, held.member)
else
  add_lease(after, slot, connection, pass, device, ends, deadline)
end
local own = leases_of(after, slot)
for i = 1, #own - ARGV[6] do
  close_connection(4504, own[i].connection)
  redis.call('ZREM', KEYS[4], own[i].member)
end
end_absence(slot)
tell_presence(before, after)

local reset = ARGV[7] ~= '0' and not stands_at(ARGV[7], ARGV[8])
local state, last_at = peer_of(after, other[slot])
return {
  seq, sum, reset and 1 or 0, idle, now, deadline, by,
  a_received or 0, a_read or 0, b_received or 0, b_read or 0, state, last_at or '',
}
