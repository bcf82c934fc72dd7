import type { WireOperation } from '../../operation.js';
import type { Provider } from '../../provider.js';
import { parseUpstreamJson, text } from '../../wire/lines.js';

/** Azure's, where a provider names none. */
const AZURE_API_VERSION = '2024-10-21';

const paths: Partial<Record<WireOperation, string>> = {
	'openai/chat': '/chat/completions',
	'openai/completions': '/completions',
	'openai/responses': '/responses',
	'openai/embeddings': '/embeddings',
};

const isAzure = ({ settings }: Provider): boolean => settings.variant === 'azure';

/**
 * Whether bytes of an operation may pass to this upstream. Only OpenAI itself is trusted with Responses: others that have
 * them lack parts. The built-in echo model has no completions.
 */
export function servesOpenAi(provider: Provider, operation: WireOperation): boolean {
	if (paths[operation] === undefined) return false;
	if (operation === 'openai/responses') return provider.kind === 'openai' && !isAzure(provider);
	return operation !== 'openai/completions' || provider.kind !== 'echo';
}

/** Target of a call. Azure's names the deployment, which is the model of the body. */
export function callPath(provider: Provider, operation: WireOperation, body: Buffer): string {
	const path = paths[operation] ?? '';
	if (!isAzure(provider)) return baseOf(provider).path + path;
	const deployment = encodeURIComponent(text(parseUpstreamJson(body.toString('utf8')).model));
	return `${baseOf(provider).path}/openai/deployments/${deployment}${path}${versionOf(provider)}`;
}

/** Azure's list is of the models that may be deployed, not of the deployments. */
export const listPath = (provider: Provider): string =>
	isAzure(provider)
		? `${baseOf(provider).path}/openai/models${versionOf(provider)}`
		: `${baseOf(provider).path}/models`;

const versionOf = ({ settings }: Provider): string =>
	`?api-version=${encodeURIComponent(settings.apiVersion ?? AZURE_API_VERSION)}`;

/** With the credential. */
export const headersOf = (provider: Provider): Readonly<Record<string, string>> => baseOf(provider).headers;

interface Base {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
}

const bases = new WeakMap<Provider, Base>();

/** Computed once per provider revision: the hot path only concatenates. */
function baseOf(provider: Provider): Base {
	let base = bases.get(provider);
	if (base === undefined) {
		const headers = { accept: 'application/json, text/event-stream', ...authorization(provider) };
		base = { path: new URL(provider.baseUrl).pathname.replace(/(?<!\/)\/+$/, ''), headers: Object.freeze(headers) };
		bases.set(provider, base);
	}
	return base;
}

function authorization(provider: Provider): Record<string, string> {
	const { credential, settings } = provider;
	if (credential === undefined) return {};
	const header = settings.credentialHeader ?? (isAzure(provider) ? 'api-key' : 'authorization');
	return { [header]: header === 'authorization' ? `Bearer ${credential}` : credential };
}
