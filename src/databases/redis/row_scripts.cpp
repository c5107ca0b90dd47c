#include "databases/redis/row_scripts.hpp"

namespace dksnap::databases::redis {
namespace {

// Nothing changes while a script runs, so that no key is seen twice: no table shrinks (Redis
// manual, "SCAN", "EVAL").
constexpr const char* kCommon = R"lua(
if redis.replicate_commands then redis.replicate_commands() end
local tells_when, home, hidden = ARGV[1] == '1', ARGV[2], ARGV[3]
local expiries = 'expiries ' .. home
local moment = tonumber(ARGV[4])
redis.call('SELECT', hidden)
local any_expiries = redis.call('EXISTS', expiries) == 1
redis.call('SELECT', home)
local function expiry(key)
  if not any_expiries then return false end
  redis.call('SELECT', hidden)
  local found = redis.call('HGET', expiries, key)
  redis.call('SELECT', home)
  return found
end
local function is_over(key)
  local found = tells_when and expiry(key)
  return found and tonumber(found) <= moment
end
local function type_of(key) return redis.call('TYPE', key).ok end
local function entry_text(fields) return cjson.encode(fields) end
-- What is pending with whom: how long it has been so is no part of it.
local function pending(key, group)
  local lines = {}
  local from = '-'
  repeat
    local entries = redis.call('XPENDING', key, group, from, '+', 1000)
    for _, entry in ipairs(entries) do
      lines[#lines + 1] = entry[1] .. ' ' .. entry[2] .. ' ' .. entry[4]
    end
    from = #entries == 1000 and tells_when and '(' .. entries[#entries][1] or false
  until not from
  return redis.sha1hex(table.concat(lines, '\n'))
end
local function each_group(key, take)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    -- How far behind it is follows from the rest.
    local told = {}
    for i = 3, #group, 2 do
      if group[i] ~= 'lag' then told[#told + 1] = group[i] .. ' ' .. tostring(group[i + 1]) end
    end
    told[#told + 1] = 'entries ' .. pending(key, group[2])
    take('group ' .. group[2], table.concat(told, ', '))
  end
end
local function last_id(key)
  local facts = redis.call('XINFO', 'STREAM', key)
  for i = 1, #facts, 2 do
    if facts[i] == 'last-generated-id' then return 'last id ' .. facts[i + 1] end
  end
  return false
end
local function field_expiry(key, field)
  if not tells_when then return false end
  local told = redis.pcall('HPEXPIRETIME', key, 'FIELDS', 1, field)
  if type(told) ~= 'table' or told.err or type(told[1]) ~= 'number' or told[1] < 0 then return false end
  return string.format('%.0f', told[1])
end
local function foreign(key)
  local dumped = redis.pcall('DUMP', key)
  if type(dumped) ~= 'string' then return false end
  return 'sha1 ' .. redis.sha1hex(dumped)
end
local function text(cell)
  if not cell then return 'N' end
  return #cell .. ':' .. cell
end
local function part_of(key, field)
  return tonumber(string.sub(redis.sha1hex(text(key) .. text(field)), 1, 3), 16)
end
local known = {string = true, list = true, hash = true, set = true, zset = true, stream = true}
local function value_of_key(key, kind)
  if kind == 'string' then return redis.call('GET', key) end
  if kind == 'stream' then return last_id(key) end
  return not known[kind] and foreign(key)
end
local function scan(command, key, step, take)
  local cursor = '0'
  repeat
    local page = redis.call(command, key, cursor, 'COUNT', '1000')
    cursor = page[1]
    for i = 1, #page[2], step do take(page[2][i], page[2][i + 1]) end
  until cursor == '0'
end
local function each_field(key, kind, take)
  if kind == 'hash' then
    scan('HSCAN', key, 2, function(field, value) take(field, value, field_expiry(key, field)) end)
  elseif kind == 'set' then
    scan('SSCAN', key, 1, function(member) take(member, false) end)
  elseif kind == 'zset' then
    scan('ZSCAN', key, 2, function(member) take(member, redis.call('ZSCORE', key, member)) end)
  elseif kind == 'list' then
    local length = redis.call('LLEN', key)
    for first = 0, length - 1, 1000 do
      local values = redis.call('LRANGE', key, first, first + 999)
      for i, value in ipairs(values) do take(string.format('%010d', first + i - 1), value) end
    end
  elseif kind == 'stream' then
    local from = '-'
    repeat
      local entries = redis.call('XRANGE', key, from, '+', 'COUNT', 1000)
      local skip = from ~= '-' and 1 or 0
      for i = 1 + skip, #entries do take(entries[i][1], entry_text(entries[i][2])) end
      local last = #entries > skip and entries[#entries][1]
      from = last
    until not last
    each_group(key, take)
  end
end
local function each(take)
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'COUNT', '1000')
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local kind = type_of(key)
      if kind ~= 'none' and not is_over(key) then
        take(key, false, kind, value_of_key(key, kind), expiry(key))
        each_field(key, kind, function(field, cell, when)
          take(key, field, kind, cell, when or false)
        end)
      end
    end
  until cursor == '0'
end
)lua";

constexpr const char* kHold = R"lua(
if redis.replicate_commands then redis.replicate_commands() end
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', '1000')
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    if redis.call('PTTL', key) >= 0 then
      local when = 'yes'
      if ARGV[1] == '1' then when = string.format('%.0f', redis.call('PEXPIRETIME', key)) end
      redis.call('PERSIST', key)
      redis.call('SELECT', ARGV[3])
      redis.call('HSET', 'expiries ' .. ARGV[2], key, when)
      redis.call('SELECT', ARGV[2])
    end
  end
until cursor == '0'
return 'ok'
)lua";

// Sums of two halves, each within what a number of Lua's holds exactly.
constexpr const char* kSums = R"lua(
local counts, highs, lows = {}, {}, {}
local function add(sums, part, digits)
  sums[part] = ((sums[part] or 0) + tonumber(digits, 16)) % 281474976710656
end
each(function(key, field, kind, value, expires)
  local part = part_of(key, field)
  local hash = redis.sha1hex(text(key) .. text(field) .. text(kind) .. text(value) .. text(expires))
  counts[part] = (counts[part] or 0) + 1
  add(highs, part, string.sub(hash, 1, 12))
  add(lows, part, string.sub(hash, 13, 24))
end)
local lines = {'ok'}
for part = 0, 4095 do
  if counts[part] then
    lines[#lines + 1] = string.format('%d %d %.0f/%.0f', part, counts[part], highs[part], lows[part])
  end
end
return table.concat(lines, '\n')
)lua";

// The names of the rows, in a sorted set whose scores are all alike: it is ordered by their bytes.
constexpr const char* kIndex = R"lua(
local index, parts = ARGV[5], ARGV[6]
local batch = {}
local count = 0
local function flush()
  if #batch == 0 then return end
  redis.call('SELECT', hidden)
  redis.call('ZADD', index, unpack(batch))
  redis.call('SELECT', home)
  batch = {}
end
each(function(key, field)
  if parts ~= '' and not string.find(parts, ',' .. part_of(key, field) .. ',', 1, true) then return end
  batch[#batch + 1] = '0'
  batch[#batch + 1] = string.gsub(key, '%z', '\0\3') .. (field and '\0\1' .. field or '\0\2')
  count = count + 1
  if #batch >= 1000 then flush() end
end)
flush()
return 'ok ' .. string.format('%d', count)
)lua";

constexpr const char* kPage = R"lua(
redis.call('SELECT', hidden)
local names = redis.call('ZRANGE', ARGV[5], ARGV[6], ARGV[7])
redis.call('SELECT', home)
local letters = {['\\'] = '\\\\', ['\n'] = '\\n', ['\t'] = '\\t', ['\0'] = '\\0'}
local function printed(cell)
  if not cell then return 'NULL' end
  return '=' .. string.gsub(cell, '[\\\n\t%z]', letters)
end
local function value_of(key, field, kind)
  if not field then return value_of_key(key, kind)
  elseif kind == 'hash' then return redis.call('HGET', key, field)
  elseif kind == 'zset' then return redis.call('ZSCORE', key, field)
  elseif kind == 'list' then return redis.call('LINDEX', key, tonumber(field))
  elseif kind == 'stream' then
    local found = false
    each_group(key, function(name, group) if name == field then found = group end end)
    return found or entry_text(redis.call('XRANGE', key, field, field)[1][2])
  end
  return false
end
local lines = {}
for i, name in ipairs(names) do
  local at = string.find(name, '%z[\1\2]')
  local key = string.gsub(string.sub(name, 1, at - 1), '%z\3', '\0')
  local field = string.byte(name, at + 1) == 1 and string.sub(name, at + 2)
  local kind = type_of(key)
  lines[i] = printed(key) .. '\t' .. printed(field) .. '\t' .. printed(kind) .. '\t' ..
             printed(value_of(key, field, kind)) .. '\t' ..
             printed(not field and expiry(key) or field and kind == 'hash' and field_expiry(key, field))
end
return table.concat(lines, '\n')
)lua";

}  // namespace

std::string hold_script() {
  return kHold;
}

std::string sums_script() {
  return std::string(kCommon) + kSums;
}

std::string index_script() {
  return std::string(kCommon) + kIndex;
}

std::string page_script() {
  return std::string(kCommon) + kPage;
}

}  // namespace dksnap::databases::redis
