import { expect, it } from '@jest/globals';
import { redacted } from './audit-event.js';

it('takes secrets out by name, by form and by what is stored of them, and leaves the rest', () => {
	const key = `pl_${'A'.repeat(12)}_${'b'.repeat(38)}`;
	const at = new Date(0);
	expect(
		redacted({
			name: 'ci',
			password: 'correct horse',
			passwordHash: '$argon2id$x',
			secretHash: Buffer.from('x'),
			successorSealed: 'k.abc',
			note: `was ${key}`,
			nested: [{ apiKey: key, keyId: 'A'.repeat(12), credential: null }],
			scopes: ['models:use'],
			expiresAt: at,
		}),
	).toEqual({
		name: 'ci',
		password: '[redacted]',
		passwordHash: '[redacted]',
		secretHash: '[redacted]',
		successorSealed: '[redacted]',
		note: `was pl_${'A'.repeat(12)}_[redacted]`,
		nested: [{ apiKey: '[redacted]', keyId: 'A'.repeat(12), credential: null }],
		scopes: ['models:use'],
		expiresAt: at,
	});
	expect(redacted(undefined)).toBeUndefined();
});
