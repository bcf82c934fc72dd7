import { button, element } from './elements.js';
import { textOf, thoughtsOf, wordsOf } from './words.js';

const states = { stopped: 'stopped', interrupted: 'cut off', failed: 'failed' };

function thoughts(text) {
	return text === '' ? [] : [element('details', {}, element('summary', {}, 'Reasoning'), element('p', {}, text))];
}

/** ‹ 2/3 › where a message has siblings. */
function branches(message, deeds) {
	const { siblingIds } = message;
	const place = siblingIds.indexOf(message.id);
	if (siblingIds.length < 2 || place === -1) return [];
	const to = (step, sign, title) => {
		const made = button(sign, title, () => deeds.show(siblingIds[place + step]));
		made.disabled = siblingIds[place + step] === undefined;
		return made;
	};
	return [
		to(-1, '‹', 'Branch before'),
		element('span', {}, `${place + 1}/${siblingIds.length}`),
		to(1, '›', 'Next branch'),
	];
}

/** A stored message. `deeds`: show(id), regenerate(id), goOn(id), edit(message). */
export function messageItem(message, deeds) {
	const { id, role, content, state, model } = message;
	const words = element('div', { className: 'words' }, wordsOf(textOf(content)));
	const mine = role === 'user' ? [button('Edit', 'Edit', () => deeds.edit(message))] : [];
	const answers = [
		...(state === 'stopped' || state === 'interrupted' ? [button('Continue', 'Continue', () => deeds.goOn(id))] : []),
		button('Again', 'Regenerate', () => deeds.regenerate(id)),
	];
	const about = [model, states[state]].filter(Boolean).join(' · ');
	const row = element(
		'div',
		{ className: 'deeds' },
		...branches(message, deeds),
		...(role === 'assistant' ? answers : mine),
		...(role === 'assistant' ? [element('span', {}, about)] : []),
	);
	const item = element('li', {}, ...thoughts(thoughtsOf(content)), words, row);
	item.dataset.role = role;
	item.dataset.id = id;
	return item;
}

/** An answer that is being written; `add` takes events of its run. */
export function comingItem() {
	const thinking = element('p');
	const details = element('details', { hidden: true }, element('summary', {}, 'Reasoning'), thinking);
	const words = element('div', { className: 'words' });
	const item = element('li', { className: 'is-coming' }, details, words);
	item.dataset.role = 'assistant';
	let text = '';
	let isDrawn = true;
	const draw = () => {
		isDrawn = true;
		words.replaceChildren(wordsOf(text));
	};
	return {
		item,
		add(event) {
			if (event.type === 'start') {
				text = '';
				thinking.textContent = '';
			} else if (event.type === 'reasoning') {
				details.hidden = false;
				thinking.textContent += event.text;
			} else if (event.type === 'text' || event.type === 'refusal') text += event.text;
			if (!isDrawn) return;
			isDrawn = false;
			requestAnimationFrame(draw);
		},
	};
}
