import { expect, it } from '@jest/globals';
import { SYSTEM_ORGANIZATION_ID as SYSTEM } from '#libs/kernel';
import { chooseOrganization } from './choose-organization.js';

const login = (organizationIds: string[], lastOrganizationId: string | null = null) => ({
	organizationIds,
	lastOrganizationId,
});

it('goes where it is asked to, else where it was, else to the oldest', () => {
	expect(chooseOrganization(login(['a', 'b', 'c'], 'b'), 'c')).toBe('c');
	expect(chooseOrganization(login(['a', 'b', 'c'], 'b'), undefined)).toBe('b');
	expect(chooseOrganization(login(['a', 'b', 'c'], 'gone'), undefined)).toBe('a');
	expect(chooseOrganization(login([SYSTEM, 'a']), undefined)).toBe('a');
	expect(chooseOrganization(login([SYSTEM]), undefined)).toBe(SYSTEM);
});

it('goes nowhere without a membership', () => {
	for (const [ids, wanted] of [
		[['a'], 'b'],
		[[], undefined],
	] as const)
		expect(() => chooseOrganization(login([...ids]), wanted)).toThrow(
			expect.objectContaining({ code: 'not_a_member' }),
		);
});
