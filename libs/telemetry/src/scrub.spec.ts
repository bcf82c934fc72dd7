import { describe, expect, it } from '@jest/globals';
import { isSecretName, scrubText, scrubValue } from './scrub.js';

const key = 'pl_caldEexTLPtq_RAFH9gp0LEKJgMJZge9OFiSa2zE0S1j330YdxT';

describe('scrubbing', () => {
	it('takes codes of mails out', () => {
		expect(scrubText('code=plc_abc-DEF_123 and plcx_1')).toBe('code=[redacted] and plcx_1');
	});

	it('takes keys, refresh tokens, access tokens and URL passwords out of any text', () => {
		const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
		const text = scrubText(`a ${key}, b "plr_abc-DEF_123" c ${jwt} d postgres://app:p%40ss@db:5432/x e`);
		expect(text).toBe(
			'a pl_caldEexTLPtq_[redacted], b "[redacted]" c [redacted] d postgres://app:[redacted]@db:5432/x e',
		);
	});
	it('leaves other text alone', () => {
		for (const text of ['', 'plan', 'https://host/a:b@c', 'max_tokens 5', 'eyJ', 'pl_short'])
			expect(scrubText(text)).toBe(text);
	});
	it('knows secrets by the name of their field', () => {
		for (const name of [
			'authorization',
			'X-Api-Key',
			'api-key',
			'apiKey',
			'Set-Cookie',
			'newPassword',
			'token',
			'refresh_token',
			'accessToken',
			'clientSecret',
			'KEY_PEPPER',
			'privateKey',
		])
			expect({ name, isSecret: isSecretName(name) }).toEqual({ name, isSecret: true });
		for (const name of ['maxTokens', 'inputTokens', 'keyId', 'tokenCount', 'message', 'path'])
			expect({ name, isSecret: isSecretName(name) }).toEqual({ name, isSecret: false });
	});
	it('reaches every depth, keeps the original and its dates, survives cycles', () => {
		const at = new Date(0);
		const original: Record<string, unknown> = {
			deep: [{ headers: { cookie: 'a=b' }, note: key }],
			at,
			n: 1,
			none: null,
		};
		original.self = original;
		const copy = scrubValue(original) as { deep: { headers: object; note: string }[]; at: Date };
		expect(copy).toMatchObject({ deep: [{ headers: { cookie: '[redacted]' } }], at, n: 1, none: null });
		expect(JSON.stringify(copy)).not.toContain(key);
		expect((original.deep as { note: string }[])[0]?.note).toBe(key);
	});
	it('of an error keeps name, code, message, stack and cause, not what drivers add', () => {
		const cause = Object.assign(new Error(`bad ${key}`), { code: '23505', query: 'INSERT', parameters: ['pw'] });
		const scrubbed = scrubValue(new TypeError('outer', { cause }));
		expect(scrubbed).toMatchObject({ type: 'TypeError', message: 'outer', cause: { code: '23505' } });
		expect(JSON.stringify(scrubbed)).not.toMatch(/INSERT|"pw"|330YdxT/);
	});
});
