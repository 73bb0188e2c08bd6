"""
What Redis runs by itself, so that an attempt costs one round trip, and a success two.

The same rules as ``security.policy.throttling.Record``; the tests compare the two.
"""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
local function read(key)
  local text = redis.call('GET', key)
  return text and cjson.decode(text) or {}
end
local function size(record)
  local n = 0
  for _ in pairs(record) do n = n + 1 end
  return n
end
local function spellings(record)
  local n = 0
  for name in pairs(record) do
    if string.sub(name, 1, 2) == 's:' then n = n + 1 end
  end
  return n
end
local function write(key, record, seconds)
  if next(record) == nil then redis.call('DEL', key)
  else redis.call('SET', key, cjson.encode(record), 'EX', seconds) end
end
"""

# ARGV[1]: {now, memory, room, spellings, entries: [[slot, spelling, table], ...]}; an entry a key.
# Returns the records as they were; Python judges them again.
RESERVE: Final = (
    _COMMON
    + """
local asked = cjson.decode(ARGV[1])
local found, records = {}, {}
local free = true
for i, key in ipairs(KEYS) do
  found[i] = redis.call('GET', key) or ''
  local record = found[i] ~= '' and cjson.decode(found[i]) or {}
  local entry = asked.entries[i]
  if not record[entry[1]] and size(record) >= asked.room then entry[1] = '' end
  local at = record[entry[1]] or {0, 0}
  local delay = -1
  for _, row in ipairs(entry[3]) do
    if row[1] <= at[1] then delay = row[2] end
  end
  if delay < 0 or (at[1] > 0 and delay > 0 and at[2] + delay > asked.now) then free = false end
  records[i] = record
end
if not free then return {0, found} end
for i, key in ipairs(KEYS) do
  local record, slot, spelling = records[i], asked.entries[i][1], asked.entries[i][2]
  record[slot] = {(record[slot] or {0})[1] + 1, asked.now}
  local room = spellings(record) < asked.spellings and size(record) < asked.room
  if slot == '' and spelling ~= '' and (record[spelling] or room) then
    record[spelling] = {(record[spelling] or {0})[1] + 1, 0}
  end
  write(key, record, asked.memory)
end
return {1, found}
"""
)

# ARGV[1]: {memory, operations: [[clears, key, slot, spelling, before, own], ...]}.
SETTLE: Final = (
    _COMMON
    + """
local asked = cjson.decode(ARGV[1])
local function less(record, name, number, last)
  local at = record[name]
  if at[1] - number > 0 then record[name] = {at[1] - number, last} else record[name] = nil end
end
for _, operation in ipairs(asked.operations) do
  local clears, i, slot, spelling, before, own = unpack(operation)
  local record = read(KEYS[i])
  local at = record[slot]
  if at then
    local number = 1
    if clears then
      if slot ~= '' then number = at[1]
      elseif spelling ~= '' and record[spelling] then number = record[spelling][1] end
    end
    less(record, slot, number, at[2] == own and before or at[2])
    if slot == '' then
      if spelling ~= '' and record[spelling] then less(record, spelling, number, 0) end
      if not record[''] then
        for name in pairs(record) do
          if string.sub(name, 1, 2) == 's:' then record[name] = nil end
        end
      end
    end
    write(KEYS[i], record, asked.memory)
  end
end
return 1
"""
)

# ARGV[1]: memory; then, of each key, the text that must be there, and the new one.
SWAP: Final = """
for i, key in ipairs(KEYS) do
  if (redis.call('GET', key) or '') ~= ARGV[2 * i] then return 0 end
end
for i, key in ipairs(KEYS) do
  if ARGV[2 * i + 1] == '' then redis.call('DEL', key)
  else redis.call('SET', key, ARGV[2 * i + 1], 'EX', ARGV[1]) end
end
return 1
"""
