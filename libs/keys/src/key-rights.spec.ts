import { expect, it } from '@jest/globals';
import { type Actor, type Scope, systemScope } from '#libs/kernel';
import { effectiveRights, issuedScopes } from './key-rights.js';

const scope = (actor: Actor, permissions: string[]): Scope => ({
	...systemScope('o', 'test', 'r'),
	actor,
	permissions: new Set(permissions),
});
const person: Actor = { kind: 'user', userId: 'u1', sessionId: 's1' };
const key: Actor = { kind: 'key', userId: 'u1', keyId: 'k1' };

it('gives a key what its owner has and its scopes allow, never rights of people or of the installation', () => {
	const owner = ['account:self', 'instance:users', 'models:use', 'keys:read'];
	const rights = (...scopes: (string[] | null)[]) => [
		...effectiveRights(scopes.map((each) => ({ permissions: owner, scopes: each }))),
	];
	expect(rights(null)).toEqual(['models:use', 'keys:read']);
	expect(rights(['models:use', 'usage:read', 'instance:users'])).toEqual(['models:use']);
	expect(rights([])).toEqual([]);
	expect(rights(null, ['keys:read'], null)).toEqual(['keys:read']);
	expect([
		...effectiveRights([
			{ permissions: owner, scopes: null },
			{ permissions: ['models:use'], scopes: null },
		]),
	]).toEqual(['models:use']);
});

it('lets only a person make a key for themselves that follows their permissions', () => {
	expect(issuedScopes(scope(person, ['keys:write']), 'u1', null)).toBeNull();
	expect(issuedScopes(systemScope('o', 'cli', 'r'), 'u1', null)).toBeNull();
	expect(issuedScopes(scope(person, ['keys:write_all', 'account:self']), 'u2', null)).toEqual(['keys:write_all']);
	expect(issuedScopes(scope(key, ['models:use', 'keys:write']), 'u1', null)).toEqual(['keys:write', 'models:use']);
});

it('refuses scopes that the creator lacks, that do not exist or that no key can have', () => {
	const creator = scope(person, ['models:use', 'account:self', 'instance:users']);
	expect(issuedScopes(creator, 'u1', ['models:use', 'models:use'])).toEqual(['models:use']);
	expect(() => issuedScopes(creator, 'u1', ['usage:read'])).toThrow(expect.objectContaining({ fault: 'denied' }));
	for (const name of ['account:self', 'instance:users', 'nonsense', '__proto__'])
		expect(() => issuedScopes(creator, 'u1', [name])).toThrow(expect.objectContaining({ fault: 'invalid' }));
});
