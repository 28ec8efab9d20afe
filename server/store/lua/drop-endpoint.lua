#!lua flags=allow-oom
-- Forgets where a participant was told of messages while away.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot endpoint
-- returns 1, or 0 if there is none
-- needs   endpoints
local endpoints = read_endpoints(ARGV[1])
if #endpoints == 0 then
  return 0
end
keep_endpoints(ARGV[1], endpoints, function(one) return one.endpoint ~= ARGV[2] end, #endpoints)
return 1
