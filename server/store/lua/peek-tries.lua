#!lua flags=no-writes
-- What the next try would meet.
-- KEYS    session log cids leases tries ended
-- ARGV    slot address tries waits knownPerHour newPerHour
-- returns {triesLeft, retryInMs}, nil if gone
-- needs   clock tries
if redis.call('EXISTS', KEYS[1]) == 0 then
  return nil
end
return { peek(ARGV[1], ARGV[2], time(), budget_of(ARGV[3], ARGV[4], ARGV[5], ARGV[6])) }
