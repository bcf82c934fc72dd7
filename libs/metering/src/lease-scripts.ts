import { Script } from '#libs/redis';

/** First number of the admission script's answer. */
export const ADMITTED = 0;
/** It ran after its deadline, or on another UTC day than the caller believed: nothing was changed. */
export const LATE = 1;
/** Something the principal rests on was revoked since it was cached: nothing was changed. */
export const STALE = 2;

/** Code, and Redis's time: seconds and microseconds. */
export type Admission = readonly [code: number, seconds: number, microseconds: number];

/**
 * KEYS: leases, epochs. ARGV: deadline (ms), day (number since 1970), day (text), event id, start, then pairs of epoch
 * field and known epoch. The day has to be the caller's, so that a caller whose answer got lost and who goes on alone
 * writes its ledger row under the same key as the lease.
 */
export const admitScript = new Script<Admission>(
	`local now = redis.call('TIME')
local seconds, microseconds = tonumber(now[1]), tonumber(now[2])
if seconds * 1000 + microseconds / 1000 > tonumber(ARGV[1]) or math.floor(seconds / 86400) ~= tonumber(ARGV[2]) then
	return {${LATE}, seconds, microseconds}
end
if #ARGV > 5 then
	local fields = {}
	for i = 6, #ARGV, 2 do fields[#fields + 1] = ARGV[i] end
	local stored = redis.call('HMGET', KEYS[2], unpack(fields))
	for i = 1, #fields do
		if stored[i] and tonumber(stored[i]) > tonumber(ARGV[5 + 2 * i]) then return {${STALE}, seconds, microseconds} end
	end
end
redis.call('HSET', KEYS[1], ARGV[4], ARGV[3] .. ' ' .. now[1] .. ' ' .. now[2] .. ' ' .. ARGV[5])
return {${ADMITTED}, seconds, microseconds}`,
	2,
);

const withoutSecondLine = `local newline = string.find(lease, '\\n', 1, true)`;

/**
 * KEYS: leases. ARGV: event id, outcome. Answers 1 when the lease carries the outcome now, 0 when there is no lease: it
 * never makes one, since a lease may be gone because its ledger row is written.
 */
export const settleScript = new Script<number>(
	`local lease = redis.call('HGET', KEYS[1], ARGV[1])
if not lease then return 0 end
${withoutSecondLine}
if newline then lease = string.sub(lease, 1, newline - 1) end
local now = redis.call('TIME')
local ms = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], lease .. '\\nS' .. ms .. ' ' .. ARGV[2])
return 1`,
	1,
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
