import type { CallOutcome, CallStart, CallStatus, Dialect, UsageSource } from './call.js';
import type { TokenUsage } from './token-usage.js';
import { UNPRICED, type Unpriced } from './prices/cost.js';

/**
 * What Redis keeps of a call that is not in the ledger yet. The admission script writes line one,
 * `<UTC day> <seconds> <microseconds> <start>`; later scripts replace line two, `P<progress>` or
 * `S<milliseconds> <outcome>`. Both payloads are positional JSON arrays: short, and cheap to make.
 */
export interface Lease {
	/** UTC day of Redis's clock at admission, `YYYY-MM-DD`; never computed again. */
	readonly occurredOn: string;
	/** Milliseconds since 1970, Redis's clock. */
	readonly occurredAtMs: number;
	readonly replicaId: string;
	/** Milliseconds since 1970 after which the call cannot be running any more. */
	readonly hardEndMs: number;
	readonly start: Omit<CallStart, 'organizationId' | 'epochs' | 'candidates' | 'reservedImages'>;
	/** Present once the first byte was seen and a heartbeat carried it here. */
	readonly progress: Progress | undefined;
	/** Present once the call was settled. */
	readonly settled: { readonly atMs: number; readonly outcome: CallOutcome } | undefined;
}

export interface Progress {
	readonly outputTokens: number;
	/** Of the call, when the progress was noted. */
	readonly durationMs: number;
}

const FORMAT = 1; // raise it when an older worker could misread the arrays

/** The part of line one that the api knows. */
export const packStart = (start: CallStart, replicaId: string, hardEndMs: number): string =>
	JSON.stringify([
		FORMAT,
		replicaId,
		hardEndMs,
		start.projectId,
		start.userId,
		start.keyId,
		start.requestId,
		start.dialect,
		start.operation,
		start.alias,
		start.providerId,
		start.model,
		start.isStreamed,
		start.reservedInputTokens,
		start.reservedOutputTokens,
		start.vendor,
	]);

/** Line one of a call that was admitted without Redis's word. */
export const firstLine = (occurredOn: string, occurredAtMs: number, start: string): string =>
	`${occurredOn} ${Math.floor(occurredAtMs / 1_000)} ${Math.floor((occurredAtMs % 1_000) * 1_000)} ${start}`;

export const packProgress = (progress: Progress): string =>
	JSON.stringify([progress.outputTokens, Math.round(progress.durationMs)]);

export const packOutcome = ({ usage, ...outcome }: CallOutcome): string =>
	JSON.stringify([
		outcome.status,
		outcome.errorCode,
		usage.input,
		usage.cacheRead,
		usage.cacheWrite,
		usage.output,
		usage.reasoning,
		outcome.usageSource,
		outcome.isEstimated,
		outcome.attempts,
		outcome.firstTokenMs,
		outcome.durationMs,
		outcome.providerId,
		outcome.model,
		outcome.vendor,
		outcome.upstreamMs,
		outcome.delivered,
		packCost(outcome.cost),
		...partsOf(usage, outcome.failures),
	]);

/** Nothing for a call that has none of them: most. */
const partsOf = (
	{ audioInput, audioOutput, cacheWriteHour, images }: TokenUsage,
	failures: CallOutcome['failures'],
): unknown[] =>
	failures === undefined &&
	audioInput === undefined &&
	audioOutput === undefined &&
	cacheWriteHour === undefined &&
	images === undefined
		? []
		: [audioInput, audioOutput, cacheWriteHour, images, failures];

const packCost = (cost: CallOutcome['cost']): PackedCost | Unpriced | undefined =>
	cost === undefined || cost === UNPRICED
		? cost
		: [
				cost.priceVersion,
				String(cost.input),
				String(cost.cacheRead),
				String(cost.cacheWrite),
				String(cost.output),
				String(cost.reasoning),
			];

/** @throws SyntaxError or Error when the text is no lease of a format this build knows. */
export function unpackLease(text: string): Lease {
	const [first = '', second] = text.split('\n', 2);
	const [, occurredOn = '', seconds, microseconds, payload = ''] = /^(\S+) (\d+) (\d+) (.*)$/s.exec(first) ?? [];
	const fields = JSON.parse(payload) as StartFields;
	if (fields[0] !== FORMAT) throw new Error(`A lease of the unknown format ${String(fields[0])}`);
	return {
		occurredOn,
		occurredAtMs: Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000),
		replicaId: fields[1],
		hardEndMs: fields[2],
		start: {
			projectId: fields[3] ?? undefined,
			userId: fields[4] ?? undefined,
			keyId: fields[5] ?? undefined,
			requestId: fields[6],
			dialect: fields[7],
			operation: fields[8],
			alias: fields[9],
			providerId: fields[10],
			model: fields[11],
			isStreamed: fields[12],
			reservedInputTokens: fields[13],
			reservedOutputTokens: fields[14],
			vendor: fields[15] ?? '',
		},
		progress: second?.startsWith('P') ? unpackProgress(second.slice(1)) : undefined,
		settled: second?.startsWith('S') ? unpackSettled(second) : undefined,
	};
}

function unpackProgress(text: string): Progress {
	const [outputTokens, durationMs] = JSON.parse(text) as [number, number];
	return { outputTokens, durationMs };
}

function unpackSettled(line: string): Lease['settled'] {
	const space = line.indexOf(' ');
	const fields = JSON.parse(line.slice(space + 1)) as OutcomeFields;
	return {
		atMs: Number(line.slice(1, space)),
		outcome: {
			status: fields[0],
			errorCode: fields[1] ?? undefined,
			usage: {
				input: fields[2] ?? 0,
				cacheRead: fields[3] ?? 0,
				cacheWrite: fields[4] ?? 0,
				output: fields[5] ?? 0,
				reasoning: fields[6] ?? 0,
				...unpackParts(fields),
			},
			usageSource: fields[7],
			isEstimated: fields[8],
			attempts: fields[9],
			firstTokenMs: fields[10] ?? undefined,
			durationMs: fields[11],
			...(fields[12] && fields[13] ? { providerId: fields[12], model: fields[13] } : {}),
			...present({
				vendor: fields[14],
				upstreamMs: fields[15],
				delivered: fields[16],
				cost: unpackCost(fields[17]),
				failures: fields[22],
			}),
		},
	};
}

const unpackParts = (fields: OutcomeFields): Partial<TokenUsage> =>
	present({ audioInput: fields[18], audioOutput: fields[19], cacheWriteHour: fields[20], images: fields[21] });

function unpackCost(packed: OutcomeFields[17]): CallOutcome['cost'] {
	if (packed === undefined || packed === null || packed === UNPRICED) return packed ?? undefined;
	const [priceVersion, ...parts] = packed;
	const [input, cacheRead, cacheWrite, output, reasoning] = parts.map(BigInt) as [
		bigint,
		bigint,
		bigint,
		bigint,
		bigint,
	];
	const total = input + cacheRead + cacheWrite + output + reasoning;
	return { priceVersion, input, cacheRead, cacheWrite, output, reasoning, total };
}

/** Without what is absent. */
const present = <T extends object>(fields: T): { [Field in keyof T]?: NonNullable<T[Field]> } =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as {
		[Field in keyof T]?: NonNullable<T[Field]>;
	};

type Text = string | null;
type StartFields = readonly [
	format: number,
	replicaId: string,
	hardEndMs: number,
	projectId: Text,
	userId: Text,
	keyId: Text,
	requestId: string,
	dialect: Dialect,
	operation: CallStart['operation'],
	alias: string,
	providerId: string,
	model: string,
	isStreamed: boolean,
	reservedInputTokens: number,
	reservedOutputTokens: number,
	vendor?: Text, // absent before there were prices
];
type Count = number | null; // a number that JSON cannot hold arrives as null
type OutcomeFields = readonly [
	status: CallStatus,
	errorCode: Text,
	input: Count,
	cacheRead: Count,
	cacheWrite: Count,
	output: Count,
	reasoning: Count,
	usageSource: UsageSource,
	isEstimated: boolean,
	attempts: number,
	firstTokenMs: number | null,
	durationMs: number,
	providerId?: Text,
	model?: Text,
	vendor?: Text,
	upstreamMs?: Count,
	delivered?: Count,
	cost?: PackedCost | Unpriced | null,
	audioInput?: Count,
	audioOutput?: Count,
	cacheWriteHour?: Count,
	images?: Count,
	failures?: CallOutcome['failures'] | null,
];
type PackedCost = readonly [priceVersion: Text, ...parts: [string, string, string, string, string]];
