#!lua flags=allow-oom
-- Gives a lease back.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot connectionId
-- returns 1, or 0 if gone
-- needs   clock publish presence
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local before = read_leases()
local after = drop_leases(before, time(), function(lease)
  return lease.slot == ARGV[1] and lease.connection == ARGV[2]
end)
tell_presence(before, after)
return 1
