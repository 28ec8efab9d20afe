#!lua flags=no-writes
-- KEYS    session log cids leases tries ended files
-- ARGV    proofHash ('' for whoever asks): without the right one nothing is found
-- returns {store time, fields of the session, fields of its notice}: names and values in turn,
--         the session's empty when it is gone; or 'replaced', if the proof is of such a link
-- needs   clock
if ARGV[1] ~= '' then
  -- Of the notice, written ahead: the same is read and answered, whether the session lives, has
  -- ended or never was.
  local a, b, replaced = unpack(redis.call('HMGET', KEYS[6], 'a:proof', 'b:proof', 'replaced'))
  local was_replaced = string.find(replaced or '', ARGV[1], 1, true)
  if a ~= ARGV[1] and b ~= ARGV[1] then
    return was_replaced and 'replaced' or { time(), {}, {} }
  end
end
return { time(), redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[6]) }
