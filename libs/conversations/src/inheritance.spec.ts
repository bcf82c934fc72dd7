import { expect, it } from '@jest/globals';
import { effectiveSettings } from './inheritance.js';

const nothing = { model: null, systemPrompt: null };

it('takes model and system prompt each from the nearest that has one', () => {
	const inner = { model: 'inner', systemPrompt: null };
	const outer = { model: 'outer', systemPrompt: 'of the outer' };
	expect(effectiveSettings(nothing, [inner, outer])).toEqual({ model: 'inner', systemPrompt: 'of the outer' });
	expect(effectiveSettings({ model: 'own', systemPrompt: '' }, [inner, outer])).toEqual({
		model: 'own',
		systemPrompt: '',
	});
	expect(effectiveSettings(nothing, [])).toEqual(nothing);
});
