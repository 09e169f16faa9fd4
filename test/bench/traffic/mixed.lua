-- What browsers and services ask for: many small answers, some assets, a few large downloads, some uploads.
local seed = 1
function setup(thread)
  thread:set("seed", seed)
  seed = seed + 1
end

local base = {
  ["Host"] = "shop.example",
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  ["Accept"] = "*/*",
  ["Accept-Language"] = "en-GB,en;q=0.9",
}

function init()
  math.randomseed(seed)
end

local function headers(encoding)
  local all = {}
  for name, value in pairs(base) do all[name] = value end
  if encoding then all["Accept-Encoding"] = encoding end
  all["X-Request-Id"] = string.format("%08x-%04x-%04x", math.random(0, 0x7fffffff), math.random(0, 0xffff), math.random(0, 0xffff))
  return all
end

function request()
  local dice = math.random()
  if dice < 0.55 then
    return wrk.format("GET", "/api/items/" .. math.random(0, 199) .. ".json?page=" .. math.random(1, 50), headers())
  elseif dice < 0.60 then
    local all = headers()
    all["Content-Type"] = "application/json"
    return wrk.format("POST", "/api/orders", all, '{"items":[' .. string.rep("1042,", math.random(1, 400)) .. '7]}')
  elseif dice < 0.62 then
    return wrk.format("GET", "/api/missing/" .. math.random(0, 999), headers())
  elseif dice < 0.92 then
    return wrk.format("GET", "/assets/" .. math.random(0, 59) .. ".js", headers())
  elseif dice < 0.97 then
    return wrk.format("GET", "/assets/" .. math.random(0, 59) .. ".js", headers("gzip, deflate, br"))
  end
  return wrk.format("GET", "/media/" .. math.random(0, 5) .. ".bin", headers())
end
