#!lua flags=no-writes
-- KEYS    session log cids leases tries ended
-- returns {store time, fields of the session, fields of its notice}: names and values in turn,
--         the session's empty when it is gone
-- needs   clock
return { time(), redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[6]) }
