#!lua flags=allow-oom
-- The secret that all nodes share: the first candidate wins, each use keeps it longer. Allowed
-- when memory is full: a node that starts then must be able to let people read and end.
-- KEYS    secret
-- ARGV    candidate ttlMs
-- returns the secret
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('GET', KEYS[1])
