import { expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, ProviderSettingsInput, readSettings } from './provider-settings.js';

it('reads what another release stored: unknown settings are left out, missing ones have their defaults', () => {
	const read = readSettings({ onDisconnect: 'drain', ofTheFuture: 1, models: { m: { keepAlive: '-1', later: 2 } } });
	expect(read).toEqual({
		...DEFAULT_SETTINGS,
		onDisconnect: 'drain',
		models: { m: { firstByteTimeoutMs: null, idleTimeoutMs: null, totalTimeoutMs: null, keepAlive: '-1' } },
	});
});

it.each([
	{ unknown: 1 },
	{ connectTimeoutMs: 0 },
	{ keepAlive: 'soon' },
	{ apiVersion: 'a&b' },
	{ models: { m: { connectTimeoutMs: 5 } } },
])('refuses %j of a caller', (input) => {
	expect(ProviderSettingsInput.safeParse(input).success).toBe(false);
});
