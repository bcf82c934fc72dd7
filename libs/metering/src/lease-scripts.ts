import { Script } from '#libs/redis';

/** First number of the admission script's answer. */
export const ADMITTED = 0;
/** It ran after its deadline, or on another UTC day than the caller believed: nothing was changed. */
export const LATE = 1;
/** Something the principal rests on was revoked since it was cached: nothing was changed. */
export const STALE = 2;
/** A limit is reached: nothing was taken. */
export const LIMITED = 3;
/** A budget is spent: nothing was taken. */
export const SPENT = 4;
/** What is spent of some budgets is not in Redis: nothing was taken. The places of these budgets follow (1: the first). */
export const COLD = 5;

/**
 * Code, and Redis's time: seconds and microseconds. Then, unless the script ended earlier, which meter refuses (1: the first,
 * 0: none), after how many milliseconds it would not (`NEVER`), and for each meter how much of it is used.
 */
export type Admission = readonly [code: number, seconds: number, microseconds: number, ...meters: number[]];
/** Instead of milliseconds: the call alone is above the limit. */
export const NEVER = -1;

/** Steps of a window with the one under way, which is always the newest: so many slots are in use. */
const SLOTS = 129;

/**
 * KEYS: leases, epochs, reservations, then windows, gauges and budgets. ARGV: deadline (ms), day (number since 1970), day (text), event
 * id (empty: nobody gives anything back later), start, reservation (empty: nothing), hard end (ms), number of epochs, number of
 * windows, number of gauges, pairs of epoch field and known epoch; for each window the length of a step (ms), limit and amount; for each gauge
 * its limit; for each budget when its period began and ends (ms; 0: never), what it has, and what the call can cost at most, all
 * in micro-USD. The day has to be the caller's, so that a caller whose answer got lost and who goes on alone writes its ledger
 * row under the same key as the lease.
 *
 * A window is a hash: `b` is the newest step, `s` the sum, and the other fields are the counts of the steps by their number
 * modulo ${SLOTS}. A clock that steps back counts in the newest step; one that jumps back by a window begins anew.
 * A budget is a hash of a period: `c` is spent, `r` is reserved.
 */
export const admitSource = `local now = redis.call('TIME')
local seconds, microseconds = tonumber(now[1]), tonumber(now[2])
local ms = seconds * 1000 + microseconds / 1000
if ms > tonumber(ARGV[1]) or math.floor(seconds / 86400) ~= tonumber(ARGV[2]) then
	return {${LATE}, seconds, microseconds}
end
local epochs, windows, gauges = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
if epochs > 0 then
	local fields = {}
	for i = 1, epochs do fields[i] = ARGV[9 + 2 * i] end
	local stored = redis.call('HMGET', KEYS[2], unpack(fields))
	for i = 1, epochs do
		if stored[i] and tonumber(stored[i]) > tonumber(ARGV[10 + 2 * i]) then return {${STALE}, seconds, microseconds} end
	end
end
local budgets, arg = 3 + windows + gauges, 10 + 2 * epochs + 3 * windows + gauges
local cold = {${COLD}, seconds, microseconds}
for i = 1, #KEYS - budgets do
	local at = arg + 4 * (i - 1)
	local start, finish = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
	if ms < start or (finish > 0 and ms >= finish) then return {${LATE}, seconds, microseconds} end
	local amount, cost = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
	local money = redis.call('HMGET', KEYS[budgets + i], 'c', 'r')
	if not money[1] then
		cold[#cold + 1] = i
	elseif #cold == 3 and cost > 0 and money[1] + (money[2] or 0) + cost > amount then
		return {${SPENT}, seconds, microseconds, i, 0}
	end
end
if #cold > 3 then return cold end
local answer = {${ADMITTED}, seconds, microseconds, 0, 0}
local first = 10 + 2 * epochs
local writes = {}
local function refuse(meter, wait)
	answer[1] = ${LIMITED}
	if answer[5] ~= ${NEVER} and (wait == ${NEVER} or wait > answer[5]) then answer[4], answer[5] = meter, wait end
end
for i = 1, windows do
	local key, at = KEYS[3 + i], first + 3 * i - 2
	local size, max, amount = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
	local step = math.floor(ms / size)
	local stored = redis.call('HMGET', key, 's', 'b', step % ${SLOTS})
	local sum, newest, here = tonumber(stored[1] or 0), tonumber(stored[2] or step), tonumber(stored[3] or 0)
	local isNew = not stored[2]
	if math.abs(step - newest) >= ${SLOTS} then
		redis.call('DEL', key)
		sum, here, isNew = 0, 0, true
	elseif step > newest then
		local gone = {}
		for passed = newest + 1, step do gone[#gone + 1] = passed % ${SLOTS} end
		local counts = redis.call('HMGET', key, unpack(gone))
		for n = 1, #gone do sum = sum - tonumber(counts[n] or 0) end
		redis.call('HDEL', key, unpack(gone))
		redis.call('HSET', key, 's', sum, 'b', step)
		redis.call('PEXPIRE', key, math.ceil(size * ${SLOTS + 1}))
		here = 0
	elseif step < newest then
		step = newest
		here = tonumber(redis.call('HGET', key, step % ${SLOTS}) or 0)
	end
	answer[5 + i] = sum
	if amount > 0 and sum + amount > max then
		local wait = ${NEVER}
		if amount <= max then
			local slots = {}
			for n = 1, ${SLOTS} do slots[n] = (step + n) % ${SLOTS} end
			local counts = redis.call('HMGET', key, unpack(slots))
			local left, n = sum, 0
			while left + amount > max and n < ${SLOTS} do
				n = n + 1
				left = left - tonumber(counts[n] or 0)
			end
			wait = math.max(1, math.ceil((step + n) * size - ms))
		end
		refuse(i, wait)
	end
	writes[i] = {step, sum + amount, here + amount, amount, isNew, size}
end
for i = 1, gauges do
	local key, max = KEYS[3 + windows + i], tonumber(ARGV[first + 3 * windows + i])
	redis.call('ZREMRANGEBYSCORE', key, '-inf', ms)
	local running = redis.call('ZCARD', key)
	answer[5 + windows + i] = running
	if running >= max then refuse(windows + i, max > 0 and 1000 or ${NEVER}) end
end
if answer[1] ~= ${ADMITTED} then return answer end
for i = 1, windows do
	local step, sum, here, amount, isNew, size = unpack(writes[i])
	if amount > 0 then
		local key = KEYS[3 + i]
		redis.call('HSET', key, 's', sum, 'b', step, step % ${SLOTS}, here)
		if isNew then redis.call('PEXPIRE', key, math.ceil(size * ${SLOTS + 1})) end
		answer[5 + i] = sum
	end
end
if ARGV[4] == '' then return answer end
for i = 4 + windows, budgets do
	redis.call('ZADD', KEYS[i], ARGV[7], ARGV[4])
	redis.call('PEXPIREAT', KEYS[i], ARGV[7])
	answer[2 + i] = answer[2 + i] + 1
end
for i = 1, #KEYS - budgets do redis.call('HINCRBY', KEYS[budgets + i], 'r', ARGV[arg + 4 * i]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[3], ARGV[4], string.format('%d ', ms) .. ARGV[6]) end
redis.call('HSET', KEYS[1], ARGV[4], ARGV[3] .. ' ' .. now[1] .. ' ' .. now[2] .. ' ' .. ARGV[5])
return answer`;
export const admitScript = new Script<Admission>(admitSource, 3);

const withoutSecondLine = `local newline = string.find(lease, '\\n', 1, true)`;

/**
 * KEYS: leases, reservations, then windows, gauges and budgets. ARGV: event id, outcome (empty: the lease stays as it is), number
 * of windows, number of gauges, for each window the length of a step (ms) and by how much more was used than
 * reserved, for each budget what was reserved and what is charged. Answers 1 when the lease carries
 * the outcome now, 0 when there is no lease: it never makes one, since a lease may be gone because its ledger row is written.
 * What was reserved is given back once, however often this runs.
 */
export const settleScript = new Script<number>(
	`local held = redis.call('HGET', KEYS[2], ARGV[1])
if held then
	redis.call('HDEL', KEYS[2], ARGV[1])
	local ms, windows, gauges = tonumber(string.match(held, '^%d+')), tonumber(ARGV[3]), tonumber(ARGV[4])
	for i = 1, windows do
		local key, size, more = KEYS[2 + i], tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
		local step = math.floor(ms / size)
		local newest = tonumber(redis.call('HGET', key, 'b') or 0)
		if more ~= 0 and newest >= step and newest - step < ${SLOTS} then
			redis.call('HINCRBY', key, step % ${SLOTS}, more)
			redis.call('HINCRBY', key, 's', more)
		end
	end
	for i = 3 + windows, 2 + windows + gauges do redis.call('ZREM', KEYS[i], ARGV[1]) end
	for i = 3 + windows + gauges, #KEYS do
		local at = 5 + 2 * (i - 3 - gauges)
		if redis.call('HEXISTS', KEYS[i], 'c') == 1 then
			redis.call('HINCRBY', KEYS[i], 'r', '-' .. ARGV[at])
			redis.call('HINCRBY', KEYS[i], 'c', ARGV[at + 1])
		end
	end
end
local lease = redis.call('HGET', KEYS[1], ARGV[1])
if not lease then return 0 end
if ARGV[2] == '' then return 1 end
${withoutSecondLine}
if newline then lease = string.sub(lease, 1, newline - 1) end
local now = redis.call('TIME')
local ms = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], lease .. '\\nS' .. ms .. ' ' .. ARGV[2])
return 1`,
	2,
);

/**
 * KEYS: leases. ARGV: pairs of event id and line one. For calls that were admitted without Redis's word, while they run:
 * they have no deadline, since a lease that comes too late stands for a row that is written, and does no harm.
 */
export const holdScript = new Script<number>(
	`for i = 1, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
return #ARGV / 2`,
	1,
);

/** KEYS: leases. ARGV: pairs of event id and progress. Leaves settled and missing leases alone. */
export const progressScript = new Script<number>(
	`local noted = 0
for i = 1, #ARGV, 2 do
	local lease = redis.call('HGET', KEYS[1], ARGV[i])
	if lease then
		${withoutSecondLine}
		if not newline or string.sub(lease, newline + 1, newline + 1) == 'P' then
			if newline then lease = string.sub(lease, 1, newline - 1) end
			redis.call('HSET', KEYS[1], ARGV[i], lease .. '\\nP' .. ARGV[i + 1])
			noted = noted + 1
		end
	end
end
return noted`,
	1,
);

/**
 * KEYS: a budget. ARGV: what is spent of it (micro-USD), when its period ends (ms; 0: never). Only where nothing is known: what
 * has been counted since is more exact.
 */
export const warmScript = new Script<number>(
	`if redis.call('HSETNX', KEYS[1], 'c', ARGV[1]) == 0 then return 0 end
redis.call('HSETNX', KEYS[1], 'r', 0)
if ARGV[2] ~= '0' then redis.call('PEXPIREAT', KEYS[1], ARGV[2] + ${2 * 86_400_000}) end
return 1`,
	1,
);

/** KEYS: replicas. ARGV: id of one, how long one counts without saying that it lives (ms). Answers how many there are. */
export const presentScript = new Script<number>(
	`local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZADD', KEYS[1], ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - ARGV[2])
return redis.call('ZCARD', KEYS[1])`,
	1,
);
