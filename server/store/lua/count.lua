#!lua flags=no-writes
-- How many sessions are alive, as far as they were counted.
-- KEYS    sessions (sorted set: sid by deadline)
-- ARGV    none
-- returns their number
-- needs   clock
return redis.call('ZCOUNT', KEYS[1], time(), '+inf')
