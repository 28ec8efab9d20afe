-- Publication: `<to><seq> <frame>` on the channel named like the session's hash. On a cluster
-- this one line becomes SPUBLISH, which stays within the shard of the hash tag.
local function publish_message(message)
  redis.call('PUBLISH', KEYS[1], message)
end

local function publish(to, seq, frame)
  publish_message(to .. seq .. ' ' .. frame)
end
