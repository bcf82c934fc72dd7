import type { Provider } from './provider.js';

/** Hosts of vendors that speak a protocol of others. */
const vendorsByHost: Readonly<Record<string, string>> = {
	'api.openai.com': 'openai',
	'api.anthropic.com': 'anthropic',
	'generativelanguage.googleapis.com': 'google',
	'api.deepseek.com': 'deepseek',
	'api.mistral.ai': 'mistral',
	'api.x.ai': 'xai',
	'api.groq.com': 'groq',
};

const known = new WeakMap<Provider, string>();

/** Whose price list counts for a provider: the vendor whose host it is, else its kind. */
export function vendorOf(provider: Provider): string {
	let vendor = known.get(provider);
	if (vendor === undefined) known.set(provider, (vendor = find(provider)));
	return vendor;
}

function find({ baseUrl, kind }: Provider): string {
	const { hostname } = new URL(baseUrl);
	return Object.hasOwn(vendorsByHost, hostname) ? (vendorsByHost[hostname] as string) : kind;
}
