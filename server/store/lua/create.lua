#!lua
-- Makes a session that waits for both. Its notice is written ahead, so that the reason stays
-- when the keys expire by themselves.
-- KEYS    session log cids leases tries ended files (in every script)
-- ARGV    idleMs linkTtlMs maxTtlMs endedNoticeTtlMs, then of a and of b: proofHash key name
--         codeHash; then the share of maxmemory that new sessions may fill
-- returns 1, 0 if the id is taken, also by a notice, or 'full'
-- needs   clock memory
if redis.call('EXISTS', KEYS[1], KEYS[6]) > 0 then
  return 0
end
if is_filled(ARGV[13], 0) then
  return 'full'
end
local now = time()
local link_ttl, max_ttl = tonumber(ARGV[2]), tonumber(ARGV[3])
local deadline = now + math.min(link_ttl, max_ttl)
local by = link_ttl <= max_ttl and 'link' or 'limit'

redis.call('HSET', KEYS[1],
  'deadline', deadline, 'by', by, 'limit', now + max_ttl, 'idle', ARGV[1], 'met', 0,
  'seq', 0, 'sum', '', 'bytes', 0,
  'a:proof', ARGV[5], 'a:key', ARGV[6], 'a:name', ARGV[7], 'a:code', ARGV[8],
  'b:proof', ARGV[9], 'b:key', ARGV[10], 'b:name', ARGV[11], 'b:code', ARGV[12])
redis.call('PEXPIREAT', KEYS[1], deadline)
redis.call('HSET', KEYS[6], 'reason', by, 'idle', ARGV[1], 'a:proof', ARGV[5], 'b:proof', ARGV[9])
redis.call('PEXPIREAT', KEYS[6], deadline + ARGV[4])
return 1
