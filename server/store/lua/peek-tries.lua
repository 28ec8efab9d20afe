#!lua flags=no-writes
-- What the next try would meet.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot address neighbourhood tries waits knownPerHour knownAtOnce newPerHour
-- returns {triesLeft, retryInMs}, nil if gone
-- needs   clock tries
if redis.call('EXISTS', KEYS[1]) == 0 then
  return nil
end
return { peek(ARGV[1], ARGV[2], ARGV[3], time(), budget_of(unpack(ARGV, 4))) }
