import { describe, expect, it } from '@jest/globals';
import { aliasFields, changedAlias, type NewAlias } from './alias-rules.js';

const target = { providerId: 'p', model: 'm', weight: 1, priority: 0 };
const alias: NewAlias = {
	name: 'fast',
	policy: 'priority',
	stickyBy: undefined,
	defaultOutputCap: null,
	allowDroppedParams: false,
	isEnabled: true,
	isShared: false,
	targets: [target],
};

describe('an alias', () => {
	it.each([
		[{ stickyBy: 'conversation' as const }, 'stickyBy'],
		[{ policy: 'weighted' as const, targets: [{ ...target, weight: 0 }] }, 'targets'],
		[{ targets: [target, { ...target, weight: 2 }] }, 'targets.1'],
	])('is refused with %j, naming the field', (over, field) => {
		expect(() => aliasFields({ ...alias, ...over })).toThrow(
			expect.objectContaining({ code: 'validation_failed', details: [expect.objectContaining({ field })] }),
		);
	});

	it('sticks by conversation unless told otherwise', () => {
		expect(aliasFields({ ...alias, policy: 'sticky' }).stickyBy).toBe('conversation');
		expect(aliasFields({ ...alias, policy: 'sticky', stickyBy: 'prompt_cache_key' }).stickyBy).toBe('prompt_cache_key');
		expect(aliasFields(alias).stickyBy).toBeNull();
	});

	it('keeps what a change does not name, and leaves stickiness with its policy', () => {
		const sticky = aliasFields({ ...alias, policy: 'sticky', stickyBy: 'prompt_cache_key' });
		expect(changedAlias(sticky, { name: 'slow', policy: undefined })).toEqual({ ...sticky, name: 'slow' });
		expect(aliasFields(changedAlias(sticky, { policy: 'weighted' })).stickyBy).toBeNull();
		expect(changedAlias(aliasFields(alias), { stickyBy: 'conversation' }).stickyBy).toBe('conversation');
	});
});
