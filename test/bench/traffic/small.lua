-- The smallest exchanges there are, each with a target of its own.
local thread_count = 0
function setup(thread)
  thread:set("id", thread_count)
  thread_count = thread_count + 1
end

local count = 0
function request()
  count = count + 1
  return "GET /items/" .. id .. "-" .. count .. " HTTP/1.1\r\nHost: a.example\r\n\r\n"
end
