-- What both scripts use. Changing a signal is one script, so that no reader and no other writer sees a half of it.

local function foreign(key, wanted)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= wanted then return { 'foreign', key, kind } end
end

-- A hash of somebody else has no version.
local function read(signal)
  local found = redis.call('HMGET', signal, 'active', 'reason', 'actor', 'version', 'at')
  if not found[4] and redis.call('EXISTS', signal) == 1 then return nil, { 'foreign', signal, 'hash' } end
  return found
end

local function json(facts)
  return '{"active":' .. (facts[1] == '1' and 'true' or 'false') .. ',"reason":' .. cjson.encode(facts[2])
    .. ',"actor":' .. cjson.encode(facts[3]) .. ',"version":' .. facts[4] .. ',"at":' .. facts[5] .. '}'
end

local function text(facts, encoding)
  return encoding == 'plain' and facts[1] or json(facts)
end

local function is_copied(facts, copy, encoding)
  if not copy then return true end
  if redis.call('TYPE', copy).ok ~= (encoding == 'hash' and 'hash' or 'string') then return false end
  if encoding ~= 'hash' then return redis.call('GET', copy) == text(facts, encoding) end
  local found = redis.call('HMGET', copy, 'active', 'reason', 'actor', 'version', 'at')
  for i = 1, 5 do
    if found[i] ~= facts[i] then return false end
  end
  return true
end
