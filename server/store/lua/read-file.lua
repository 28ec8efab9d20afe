#!lua flags=no-writes
-- A piece of a file's box.
-- KEYS    session log cids leases tries ended files
-- ARGV    cid index
-- returns {bytes (of the whole box), piece}; nil unless the file is there, whole
local mark, left, piece = unpack(redis.call('HMGET', KEYS[7],
  ARGV[1], ARGV[1] .. ':left', ARGV[1] .. ':' .. ARGV[2]))
if left ~= '0' or not piece then
  return nil
end
return { tonumber(string.match(mark, '^%S+ (%d+) ')), piece }
