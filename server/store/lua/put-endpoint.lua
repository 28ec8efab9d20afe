#!lua
-- Keeps where a participant is told of messages while away. With one too many the oldest goes.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot passHash endpoint maxEndpoints share (of maxmemory, that may be filled with them)
-- returns 'kept'; or 'gone', 'pass_gone', 'no_room'
-- needs   memory endpoints passes
local slot, pass, endpoint = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 'gone'
end
if not has_pass(slot, pass) then
  return 'pass_gone'
end
if is_filled(ARGV[5], #endpoint) then
  return 'no_room'
end
local endpoints = read_endpoints(slot)
local fresh = { pass = pass, endpoint = endpoint }
endpoints[#endpoints + 1] = fresh
keep_endpoints(slot, endpoints, function(one)
  return one == fresh or one.endpoint ~= endpoint
end, tonumber(ARGV[4]))
return 'kept'
