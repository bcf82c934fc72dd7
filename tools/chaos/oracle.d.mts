export interface UpstreamCall {
	readonly alias: string;
	readonly state: string;
	readonly sentChunks: number;
	readonly sentTokens: number;
	readonly usageSent: { readonly prompt_eval_count: number; readonly eval_count: number } | null;
}
export interface LedgerRow {
	readonly alias: string;
	readonly kind: 'call' | 'correction';
	readonly isEstimated: boolean;
	readonly errorCode: string | null;
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly cost: string;
}
export interface Verdict {
	readonly calls: number;
	readonly lost: string[];
	readonly duplicated: string[];
	readonly unconfirmed: string[];
	readonly wrong: string[];
	readonly costly: string[];
}
export function judge(seen: {
	upstream: readonly UpstreamCall[];
	ledger: readonly LedgerRow[];
	clients: readonly { readonly alias: string; readonly state: string }[];
}): Verdict;
export function isGood(verdict: Verdict, inFlight: number, sumsAgree: boolean): boolean;
