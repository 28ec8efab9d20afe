#!lua flags=no-writes
-- The entries of these cids, for the node to hash their boxes: Redis has no SHA-256.
-- KEYS    session log cids leases tries ended files
-- ARGV    cid …
-- returns for each the entry as JSON, or '' if it is not in the log
local entries = {}
for i, cid in ipairs(ARGV) do
  local seq = redis.call('HGET', KEYS[3], cid)
  entries[i] = seq and redis.call('LINDEX', KEYS[2], seq - 1) or ''
end
return entries
