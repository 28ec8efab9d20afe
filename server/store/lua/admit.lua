#!lua
-- Counts a new session among those alive, if there is room. The count is kept apart from the
-- sessions (another slot of a cluster) and so is approximate: a crash between the two leaves a
-- session that does not exist counted until its deadline.
-- KEYS    sessions (sorted set: sid by deadline)
-- ARGV    sid ttlMs maxSessions
-- returns 1 if it was counted, 0 if it was counted before, 'full'
-- needs   clock count
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
local now = time()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 'full'
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
keep_while_counted()
return 1
