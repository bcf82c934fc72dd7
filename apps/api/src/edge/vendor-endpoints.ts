import type { ErrorShape } from './shape.js';

/** First segments of the vendors' own paths: what a client may rightly expect, also where it is not served (yet). */
const endpoints: Readonly<Record<Exclude<ErrorShape, 'envelope'>, { prefixes: RegExp; names: ReadonlySet<string> }>> = {
	openai: {
		prefixes: /^(?:\/openai)?\/v1\//,
		names: new Set(
			'assistants audio batches chat chatkit completions containers conversations decisions embeddings evals files fine_tuning graders images models moderations organization realtime responses threads uploads vector_stores videos'.split(
				' ',
			),
		),
	},
	anthropic: {
		prefixes: /^(?:\/anthropic)?\/v1\//,
		names: new Set(
			'agents complete compliance deployment_runs deployments dreams environments files memory_stores messages models organizations sessions skills tunnels user_profiles vaults'.split(
				' ',
			),
		),
	},
	ollama: {
		prefixes: /^(?:\/ollama)?\/api\//,
		names: new Set(
			'blobs chat copy create delete embed embeddings generate me ps pull push show signout tags version web_fetch web_search'.split(
				' ',
			),
		),
	},
};

/** Whether the vendor documents this endpoint. */
export function isKnownEndpoint(shape: Exclude<ErrorShape, 'envelope'>, path: string): boolean {
	const { prefixes, names } = endpoints[shape];
	const prefix = prefixes.exec(path)?.[0];
	return prefix !== undefined && names.has(path.slice(prefix.length).split('/', 1)[0] ?? '');
}
