
-- KEYS: the signal, the history, and a copy if there is one.
-- ARGV: active, reason, actor, expected version or nothing, milliseconds to live or nothing, encoding of the copy, name.
local signal, history, copy = KEYS[1], KEYS[2], KEYS[3]
local active, reason, actor, expected, ttl, encoding, name = unpack(ARGV)

-- A script that fails half-way is not undone, so everything is looked at first.
local stranger = foreign(signal, 'hash') or foreign(history, 'stream')
if copy and not stranger then stranger = foreign(copy, encoding == 'hash' and 'hash' or 'string') end
if stranger then return stranger end
local facts, stranger = read(signal)
if stranger then return stranger end

local function answer(outcome, more)
  local all = { outcome, facts[1], facts[2], facts[3], facts[4], facts[5], tostring(redis.call('PTTL', signal)), '1' }
  for _, one in ipairs(more or {}) do table.insert(all, one) end
  return all
end

local same = facts[4] and facts[1] == active and (facts[2] or '') == reason and is_copied(facts, copy, encoding)
local left = redis.call('PTTL', signal)
local lasts = ttl == '' and left == -1 and not (copy and redis.call('PTTL', copy) ~= -1)
-- Said again by whoever did not hear the answer, a change that expected the version before is that same change.
local again = ttl ~= '' and left ~= -1 and expected ~= '' and facts[3] == actor
  and tonumber(facts[4]) == tonumber(expected) + 1
if same and (lasts or again) then return answer('unchanged') end

if expected ~= '' and expected ~= (facts[4] or '0') then return answer('conflict') end

local time = redis.call('TIME')
facts = {
  active, reason, actor, string.format('%.0f', tonumber(facts[4] or '0') + 1),
  time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000)),
}

local function live(key)
  if ttl == '' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ttl) end
end

local function write(key)
  redis.call('HSET', key, 'active', facts[1], 'reason', facts[2], 'actor', facts[3], 'version', facts[4], 'at', facts[5])
  live(key)
end

write(signal)
if copy and encoding == 'hash' then
  write(copy)
elseif copy then
  redis.call('SET', copy, text(facts, encoding))
  live(copy)
end

-- The signal is in force by now: what fails here is told, and undoes nothing.
local added = redis.pcall('XADD', history, 'MAXLEN', '~', '1000', '*', 'name', name, 'active', facts[1],
  'reason', facts[2], 'actor', facts[3], 'version', facts[4], 'at', facts[5])
local woken = redis.pcall('PUBLISH', signal, json(facts))
local function trouble(result) return type(result) == 'table' and result.err or '' end
return answer('set', { type(woken) == 'number' and tostring(woken) or '0', trouble(added), trouble(woken) })
