-- SPDX-License-Identifier: ISC
-- What wrk sends: a request of its own each time.
--
--     wrk -t1 … -s load.lua http://127.0.0.1:PORT/update/update.php -- KIND FIRST COUNT ARGUMENTS
--
--   KIND       known   a poll of one of the devices 0 to COUNT-1 (test/bench/fill.c), at random
--              new     a poll of a device that nobody has heard of: number FIRST and those after it
--              answer  PUT of an answer to the query admin, of a known device; never the same twice
--              backup  PUT of a configuration, the same way
--              log     an entry of the log of a known device
--   FIRST      makes it another sequence; of `new` the number to begin with
--   ARGUMENTS  of the URL, behind those that are made here
--
-- One thread (-t1): a second one would send the same. The texts of a request are put together by hand,
-- because wrk.format() costs several times as much, and that time is taken from the server.

local kind, first, count, arguments, head, tail
local n = 0

-- The model and number of a device; `prefix`: new ones have another one than those of fill.c.
local function device(prefix, number)
	local mac = string.format("%02x-%02x-%02x", math.floor(number / 65536) % 256,
		math.floor(number / 256) % 256, number % 256)
	return prefix .. mac, "IP232-" .. mac
end

local function address(number)
	return "10." .. math.floor(number / 65536) % 256 .. "." .. math.floor(number / 256) % 256
		.. "." .. number % 256
end

local function poll(prefix, number)
	local sn, hwid = device(prefix, number)
	return "GET " .. wrk.path .. "?type=IP232&sn=" .. sn .. "&hwid=" .. hwid .. "&ip="
		.. address(number) .. arguments .. tail
end

local function put(mode, number, body)
	local sn, hwid = device("00-90-33-", number)
	return "PUT " .. wrk.path .. "?mode=" .. mode .. "&sn=" .. sn .. "&hwid=" .. hwid .. arguments
		.. head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

-- Some 600 bytes, as a phone answers "mod cmd CMD0 xml-info".
local function answer(number)
	local sn, hwid = device("00-90-33-", number)
	return '<info name="Phone ' .. number .. '"><sys name="Phone ' .. number
		.. '" version="13r3 sr12 IP232[13.5678], Bootcode[125670], HW[1201]" sn="' .. sn
		.. '" hwid="' .. hwid .. '" uptime="' .. first + n .. 's"/>'
		.. '<ip interface="ETH0" addr="' .. address(number) .. '" mask="255.0.0.0" '
		.. 'gateway="10.0.0.1" dhcp="client" vlan="100" speed="1000M-FDX"/>'
		.. '<dns primary="10.0.0.2" secondary="10.0.0.3"/>'
		.. '<ntp server="ntp.example" synced="true" offset="-2"/>'
		.. '<licenses basic="1" mobility="0" fax="0" video="0" expires="never" source="pbx"/>'
		.. '<lldp chassis="switch-17" port="ge-0/0/21" ttl="120"/>'
		.. '<registration gk="10.0.0.20" h323="Phone ' .. number
		.. '" e164="4711" state="up"/></info>'
end

-- From the address of the device, as a proxy says it.
local function entry(number)
	local _, hwid = device("00-90-33-", number)
	return "GET " .. wrk.path .. "?event=syslog&time=1214319593&date=20080624-145953&from=" .. hwid
		.. "&msg=LOG_HTTP+" .. first + n .. "+TCP-Up+192.0.2.1" .. head
		.. "X-Forwarded-For: " .. address(number) .. "\r\n\r\n"
end

-- Some 10 KB.
local lines = {}
for i = 1, 135 do
	lines[i] = string.format("config add PHONE SIG%d /prot H323 /gk-addr 10.0.0.%d /coder OPUS-WB,20\r\n", i, i)
end
local settings = table.concat(lines)

local kinds = {
	known = function()
		return poll("00-90-33-", math.random(0, count - 1))
	end,
	-- Not one after the other: the factor is odd, so no number comes twice, and the serial numbers
	-- are scattered as those of a real fleet are.
	new = function()
		return poll("00-90-3e-", (first + n) * 10368889 % 16777216)
	end,
	answer = function()
		local number = math.random(0, count - 1)
		return put("query", number, answer(number))
	end,
	log = function()
		return entry(math.random(0, count - 1))
	end,
	backup = function()
		return put("backup", math.random(0, count - 1),
			"config change CMD0 /name Phone-" .. first + n .. "\r\n" .. settings)
	end,
}

function init(args)
	kind, first, count, arguments = kinds[args[1]], tonumber(args[2]), tonumber(args[3]), args[4]
	head = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
	tail = head .. "\r\n"
	math.randomseed(first)
end

function request()
	n = n + 1
	return kind()
end
