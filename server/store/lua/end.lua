#!lua flags=allow-oom
-- Deletes all of the session but the reason, tells both, closes their connections. Allowed when
-- memory is full: it frees more than it takes.
-- KEYS    session log cids leases tries ended files
-- ARGV    by box ('' for none) endedNoticeTtlMs
-- returns 'ended', or 'gone'
-- needs   clock publish
local by, box = ARGV[1], ARGV[2]
local idle, a_proof, b_proof = unpack(redis.call('HMGET', KEYS[1], 'idle', 'a:proof', 'b:proof'))
if not idle then
  return 'gone'
end
local replaced = redis.call('HGET', KEYS[6], 'replaced') or ''
redis.call('DEL', unpack(KEYS))
redis.call('HSET', KEYS[6], 'reason', 'ended', 'by', by, 'box', box, 'idle', idle,
  'a:proof', a_proof, 'b:proof', b_proof, 'replaced', replaced)
redis.call('PEXPIREAT', KEYS[6], time() + ARGV[3])
local with_box = box ~= '' and ',"box":"' .. box .. '"' or ''
publish('*', '{"type":"ended","reason":"ended","by":"' .. by .. '"' .. with_box .. '}')
publish('!', '{"close":4503}')
return 'ended'
