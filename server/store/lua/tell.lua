#!lua flags=allow-oom
-- Publishes a frame that nothing is kept of, if the session is there.
-- KEYS    session log cids leases tries ended files
-- ARGV    to frame
-- returns 1, or 0 if gone
-- needs   publish
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
publish(ARGV[1], ARGV[2])
return 1
