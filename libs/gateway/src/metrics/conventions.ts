import type { ClientOperation } from '../dialects/client-operation.js';

// Bounds as OpenTelemetry's conventions for generative AI advise them, so that dashboards of others fit.
export const DURATION_SECONDS = [
	0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
export const FIRST_CHUNK_SECONDS = [
	0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
export const PER_TOKEN_SECONDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
export const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];
/** Ours: what we add is below a millisecond, or something is wrong. */
export const OVERHEAD_SECONDS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** OpenTelemetry's well-known values of `gen_ai.operation.name` where the ledger has another name for the operation. */
const names: ReadonlyMap<string, string> = new Map([
	['responses', 'chat'],
	['generate', 'text_completion'],
	['completions', 'text_completion'],
]);

export const operationNameOf = ({ name }: Pick<ClientOperation, 'name'>): string => names.get(name) ?? name;
