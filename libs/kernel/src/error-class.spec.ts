import { expect, it } from '@jest/globals';
import { faults } from './app-error.js';
import { errorClasses, errorClassOf } from './error-class.js';

it('gives every fault a class of the closed list', () => {
	for (const fault of faults) expect(errorClasses).toContain(errorClassOf('some_code', fault));
});

it('tells what codes say more precisely, and who is to blame for codes that are not ours', () => {
	expect(errorClassOf('upstream_rate_limited', 'throttled')).toBe('provider_rate_limited');
	expect(errorClassOf('too_many_attempts', 'throttled')).toBe('policy_throttled');
	expect(errorClassOf('client_disconnected', undefined)).toBe('caller_gone');
	expect(errorClassOf('quota_of_the_vendor', undefined)).toBe('provider_error');
	expect(errorClassOf('upstream_too_large', 'too_large')).toBe('caller_too_large');
	expect(errorClassOf('upstream_too_large', 'upstream')).toBe('provider_error');
});
