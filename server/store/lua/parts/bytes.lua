-- The bytes that a box in base64url stands for.
local function bytes_of(box)
  return math.floor(#box * 3 / 4)
end
