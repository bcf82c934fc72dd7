import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type HeldRole, type RoleTemplate, templateOf } from './role-template.js';

const template = (roleId: string): [string, RoleTemplate] => [roleId, { roleId, limits: [] }];
const templates = new Map(['admin', 'premium', 'basic', 'contractor'].map(template));
const held = (name: string, projectId: string | null = null): HeldRole => ({
	roleId: name,
	name,
	isBuiltIn: !['contractor', 'guest'].includes(name),
	projectId,
});
const nameOf = (names: readonly HeldRole[], projectId?: string) => templateOf(names, templates, projectId)?.roleId;

describe('the template of somebody with several roles', () => {
	it.each([
		[['basic', 'premium'], 'premium'],
		[['premium', 'admin', 'basic'], 'admin'],
		[['basic', 'owner'], undefined],
		[['basic', 'contractor'], 'contractor'],
		[['admin', 'contractor'], 'admin'],
		[['guest', 'basic'], 'basic'],
		[['guest'], undefined],
		[['operator', 'basic'], 'basic'],
		[[], undefined],
	])('%j is that of %s', (names, expected) => {
		expect(nameOf(names.map((name) => held(name)))).toBe(expected);
	});

	it('is the same in whatever order they were given', () => {
		const names = ['owner', 'admin', 'premium', 'basic', 'viewer', 'contractor', 'guest', 'operator'];
		fc.assert(
			fc.property(fc.shuffledSubarray(names), (some) => {
				expect(nameOf(some.map((name) => held(name)))).toBe(nameOf(some.toSorted().map((name) => held(name))));
			}),
		);
	});

	it('counts roles of one project there only', () => {
		expect(nameOf([held('basic'), held('premium', 'p')], 'p')).toBe('premium');
		expect(nameOf([held('basic'), held('premium', 'p')], 'q')).toBe('basic');
		expect(nameOf([held('premium', 'p')])).toBeUndefined();
	});
});
