
-- KEYS: the signal, and a copy if there is one. ARGV: encoding of the copy.
local stranger = foreign(KEYS[1], 'hash')
if stranger then return stranger end
local facts, stranger = read(KEYS[1])
if stranger then return stranger end
if not facts[4] then return { 'none' } end
facts[6] = tostring(redis.call('PTTL', KEYS[1]))
facts[7] = is_copied(facts, KEYS[2], ARGV[1]) and '1' or '0'
table.insert(facts, 1, 'found')
return facts
