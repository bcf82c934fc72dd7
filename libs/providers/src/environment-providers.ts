import type { UpstreamSettings } from '#libs/config';
import { SYSTEM_ORGANIZATION_ID } from '#libs/kernel';
import type { Provider, ProviderKind } from './provider.js';
import { DEFAULT_SETTINGS } from './provider-settings.js';

/** Ids are the same in every installation, so that usage can be compared. */
const ids = {
	ollama: '00000000-0000-7000-8000-000000000201',
	openai: '00000000-0000-7000-8000-000000000202',
	anthropic: '00000000-0000-7000-8000-000000000203',
	echo: '00000000-0000-7000-8000-000000000204',
} as const;

const builtIn = (kind: keyof typeof ids & ProviderKind, baseUrl: string, credential?: string): Provider =>
	Object.freeze({
		organizationId: SYSTEM_ORGANIZATION_ID,
		id: ids[kind],
		name: kind,
		kind,
		baseUrl,
		credentials: Object.freeze(
			credential === undefined ? [] : [Object.freeze({ id: 'environment', secret: credential })],
		),
		credential,
		settings: DEFAULT_SETTINGS,
		isShared: true,
		revision: 'environment',
	});

/** The providers that the operator's environment gives to every organization. */
export function environmentProviders(settings: UpstreamSettings): readonly Provider[] {
	const providers: Provider[] = [];
	if (settings.OLLAMA_URL !== undefined) providers.push(builtIn('ollama', settings.OLLAMA_URL));
	if (settings.OPENAI_API_KEY !== undefined)
		providers.push(builtIn('openai', 'https://api.openai.com/v1', settings.OPENAI_API_KEY));
	if (settings.ANTHROPIC_API_KEY !== undefined)
		providers.push(builtIn('anthropic', 'https://api.anthropic.com', settings.ANTHROPIC_API_KEY));
	if (settings.ECHO_PROVIDER === 'on') providers.push(builtIn('echo', 'http://echo.invalid/v1'));
	return Object.freeze(providers);
}

/** The operator chose `OLLAMA_URL`, so its host may be reached wherever it is. */
export const allowedEgress = (settings: UpstreamSettings): readonly string[] =>
	settings.OLLAMA_URL === undefined
		? settings.EGRESS_ALLOW
		: [...settings.EGRESS_ALLOW, new URL(settings.OLLAMA_URL).hostname.replace(/^\[|\]$/g, '')];
