#!lua flags=allow-oom
-- Revokes a pass, closes its connections and forgets its endpoints.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot passHash
-- returns 1, or 0 if gone
-- needs   clock publish presence endpoints passes
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
revoke(ARGV[1], passes_of(ARGV[1]), { ARGV[2] }, time())
return 1
