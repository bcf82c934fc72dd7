import { createHash } from 'node:crypto';
import type { CallStatus, UsageDetails } from '../call.js';
import { costColumns } from '../ledger-row.js';
import { chargeOf } from './charge.js';
import { type Cost, UNPRICED } from './cost.js';
import type { PriceSet } from './price-set.js';

/** What charging anew did to the calls of a model. Amounts are nano-USD as texts. */
export interface ReratedModel {
	readonly model: string;
	readonly calls: number;
	/** Calls whose cost was corrected. */
	readonly corrected: number;
	readonly beforeNanoUsd: string;
	readonly afterNanoUsd: string;
}

export interface Rerating {
	readonly id: string;
	readonly from: Date;
	/** Exclusive. */
	readonly to: Date;
	/** `null` until it is finished. */
	readonly models: readonly ReratedModel[] | null;
	readonly createdBy: string | null;
	readonly createdAt: Date;
	readonly finishedAt: Date | null;
}

/** A call of the ledger with every correction of it so far. */
export interface ChargedCall {
	readonly occurredOn: string;
	readonly eventId: string;
	readonly organizationId: string;
	readonly occurredAt: Date;
	/** The columns of the row that stay as they are. */
	readonly row: object;
	readonly vendor: string | null;
	readonly providerId: string | null;
	readonly model: string;
	readonly status: CallStatus;
	readonly input: string;
	readonly cacheRead: string;
	readonly cacheWrite: string;
	readonly output: string;
	readonly reasoning: string;
	readonly upstreamMs: number | null;
	readonly deliveredTokens: number | null;
	readonly details: UsageDetails | null;
	/** Nano-USD, corrections included. */
	readonly charged: { readonly [Part in keyof Omit<Cost, 'priceVersion'>]: string };
}

/**
 * The row that makes a call cost what it costs by these prices; `undefined`: it does already, or it has no price there and
 * keeps the cost that it has. The same row each time it is made: appended twice it counts once.
 */
export function correctionOf(call: ChargedCall, prices: PriceSet, reratingId: string): object | undefined {
	const cost = costBy(prices, call);
	if (cost === UNPRICED) return undefined;
	const difference = {
		priceVersion: cost.priceVersion,
		input: cost.input - BigInt(call.charged.input),
		cacheRead: cost.cacheRead - BigInt(call.charged.cacheRead),
		cacheWrite: cost.cacheWrite - BigInt(call.charged.cacheWrite),
		output: cost.output - BigInt(call.charged.output),
		reasoning: cost.reasoning - BigInt(call.charged.reasoning),
		total: cost.total - BigInt(call.charged.total),
	};
	if (Object.values(difference).every((part) => typeof part !== 'bigint' || part === 0n)) return undefined;
	return {
		...call.row,
		kind: 'correction',
		event_id: correctionId(reratingId, call.eventId),
		corrects: call.eventId,
		occurred_on: call.occurredOn,
		organization_id: call.organizationId,
		request_id: reratingId,
		input_tokens: 0,
		cache_read_tokens: 0,
		cache_write_tokens: 0,
		output_tokens: 0,
		reasoning_tokens: 0,
		...costColumns(difference),
	};
}

function costBy(prices: PriceSet, call: ChargedCall): ReturnType<typeof chargeOf> {
	const start = { vendor: call.vendor ?? '', providerId: call.providerId ?? '', model: call.model };
	const usage = {
		input: Number(call.input),
		cacheRead: Number(call.cacheRead),
		cacheWrite: Number(call.cacheWrite),
		output: Number(call.output),
		reasoning: Number(call.reasoning),
		...call.details,
	};
	return chargeOf(prices, start, call.occurredAt.getTime(), {
		status: call.status,
		usage,
		...(call.upstreamMs === null ? {} : { upstreamMs: call.upstreamMs }),
		...(call.deliveredTokens === null ? {} : { delivered: call.deliveredTokens }),
	});
}

/** A UUID (version 8) that follows from both, so that a correction cannot be made twice. */
function correctionId(reratingId: string, eventId: string): string {
	const bytes = createHash('sha256').update(`${reratingId} ${eventId}`).digest().subarray(0, 16);
	bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x80, 6);
	bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
