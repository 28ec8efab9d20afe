#!lua flags=allow-oom
-- Does nothing, and is refused whenever Redis refuses to write (too few replicas, a full disk, a
-- replica itself), since it does not say no-writes. Allowed when memory is full: reading and
-- ending work then.
-- KEYS    none
-- returns 1
return 1
