-- Publication: `<to><seq> <frame>` on the channel named like the session's hash. On a cluster
-- this one line becomes SPUBLISH, which stays within the shard of the hash tag.
local function publish(to, seq, frame)
  redis.call('PUBLISH', KEYS[1], to .. seq .. ' ' .. frame)
end
