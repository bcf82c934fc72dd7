import { ask, data, events, renew, signIn, signOut } from './api.js';
import { at, button, element } from './elements.js';
import { comingItem, messageItem } from './messages.js';

const PAGE = 100;
const extensions = { markdown: 'md', html: 'html', text: 'txt', json: 'json' };

/** The conversation that is open; none: the next message begins one. */
let open;
/** The run whose answer is being written here. */
let run;

const say = (error) => {
	at('problem').textContent = error === undefined ? '' : error.message;
};

/** Does something for the person: what goes wrong they read; whose session has ended signs in again. */
async function guarded(work) {
	say(undefined);
	try {
		await work();
	} catch (error) {
		if (error.status === 401) showSignIn();
		else if (error.name !== 'AbortError') say(error);
	}
}

const remembered = () => new URLSearchParams(location.hash.slice(1)).get('c');

function remember(id) {
	history.replaceState(null, '', id === undefined ? location.pathname : `#c=${id}`);
}

// ---- the list

function listItem({ id, title, note }) {
	const made = button(title || 'Untitled', title, () => guarded(() => show(id)));
	if (note !== undefined) made.append(element('small', {}, note));
	made.className = '';
	if (id === open?.id) made.setAttribute('aria-current', 'true');
	return element('li', {}, made);
}

async function showList() {
	const query = at('search').value.trim();
	const { items } = await data(
		'GET',
		query === '' ? `/conversations?limit=${PAGE}` : `/search?limit=30&q=${encodeURIComponent(query)}`,
	);
	const found = items.map((item) =>
		query === '' ? item : { id: item.conversationId, title: item.conversationTitle, note: item.snippet },
	);
	at('list').replaceChildren(...found.map(listItem));
}

// ---- a conversation

/** The branch that is shown, from its first message on. */
async function branch(id) {
	const messages = [];
	let cursor = '';
	do {
		const { items, nextCursor } = await data('GET', `/conversations/${id}/messages?limit=${PAGE}${cursor}`);
		messages.unshift(...items.toReversed());
		cursor = nextCursor === null ? undefined : `&cursor=${encodeURIComponent(nextCursor)}`;
	} while (cursor !== undefined);
	return messages;
}

async function show(id) {
	run?.leave();
	open = id === undefined ? undefined : await data('GET', `/conversations/${id}`);
	remember(id);
	at('title').textContent = open === undefined ? 'New chat' : open.title || 'Untitled';
	for (const name of ['export', 'remove']) at(name).disabled = open === undefined;
	const messages = open === undefined ? [] : await branch(id);
	at('messages').replaceChildren(...messages.map((message) => messageItem(message, deeds)));
	if (open?.effective.model) at('model').value = open.effective.model;
	scroll();
	await showList();
	if (open !== undefined) await rejoin();
}

/** Goes on reading the answer that is being written, if there is one. */
async function rejoin() {
	const { items } = await data('GET', `/conversations/${open.id}/runs`);
	const going = items.find(({ state }) => state === 'queued' || state === 'running');
	if (going !== undefined) await follow((signal) => ask('GET', `/runs/${going.id}/events?after=0`, { signal }));
}

const scroll = () => {
	at('messages').scrollTop = at('messages').scrollHeight;
};

/** Shows an answer as it comes, to its end; then what is stored of it. */
async function follow(begin) {
	run?.leave();
	const leaving = new AbortController();
	const mine = { leave: () => leaving.abort(), id: undefined };
	run = mine;
	const coming = comingItem();
	at('messages').append(coming.item);
	setBusy(true);
	let failure;
	try {
		for await (const event of events(await begin(leaving.signal))) {
			if (event.type === 'start') {
				mine.id = event.runId;
				open ??= { id: event.conversationId };
				remember(open.id);
			}
			if (event.type === 'end') failure = event.error;
			coming.add(event);
			scroll();
		}
		// what came stays until what is stored stands in its place
		if (!leaving.signal.aborted && open !== undefined) await show(open.id);
	} finally {
		coming.item.remove();
		if (run === mine) {
			run = undefined;
			setBusy(false);
		}
	}
	if (failure) say(failure);
}

function setBusy(isBusy) {
	at('send').hidden = isBusy;
	at('stop').hidden = !isBusy;
}

/** Asks in the open conversation, or begins one. */
async function send(question) {
	const model = at('model').value;
	const path = open === undefined ? '/chat' : `/conversations/${open.id}/messages`;
	const body = { ...question, ...(model === '' ? {} : { model }) };
	await follow((signal) => ask('POST', path, { body, signal, headers: { 'idempotency-key': crypto.randomUUID() } }));
}

const deeds = {
	show: (messageId) =>
		guarded(async () => {
			await data('PUT', `/conversations/${open.id}/active-leaf`, { messageId });
			await show(open.id);
		}),
	regenerate: (id) => guarded(() => send({ regenerate: id })),
	goOn: (id) => guarded(() => send({ continue: id })),
	edit(message) {
		const item = at('messages').querySelector(`[data-id="${message.id}"]`);
		const text = message.content.map((part) => part.text ?? '').join('\n');
		const field = element('textarea', { value: text, rows: 4, ariaLabel: 'Edited message', required: true });
		const form = element(
			'form',
			{},
			field,
			element('button', {}, 'Send'),
			button('Cancel', 'Cancel', () => guarded(() => show(open.id))),
		);
		form.addEventListener('submit', (event) => {
			event.preventDefault();
			item.remove();
			void guarded(() => send({ content: field.value, parentId: message.parentId }));
		});
		item.replaceChildren(form);
		field.focus();
	},
};

// ---- the frame

function showSignIn() {
	run?.leave();
	at('app').hidden = true;
	at('sign-in').hidden = false;
	at('sign-in-form').email.focus();
}

async function showApp() {
	at('sign-in').hidden = true;
	at('app').hidden = false;
	const { items } = await data('GET', '/models?limit=100');
	at('model').replaceChildren(...items.map(({ id }) => element('option', { value: id }, id)));
	try {
		await show(remembered() ?? undefined);
	} catch (error) {
		if (error.status !== 404) throw error;
		await show(undefined);
	}
}

const on = (id, name, work) => {
	at(id).addEventListener(name, (event) => void guarded(() => work(event)));
};

on('sign-in-form', 'submit', async (event) => {
	event.preventDefault();
	const form = event.target;
	const problem = form.querySelector('.problem');
	problem.textContent = '';
	try {
		await signIn(form.email.value, form.password.value);
	} catch (error) {
		problem.textContent = error.message;
		return;
	}
	form.password.value = '';
	await showApp();
});
on('sign-out', 'click', async () => {
	await signOut();
	showSignIn();
});
on('new', 'click', async () => {
	await show(undefined);
	at('question').focus();
});
on('remove', 'click', async () => {
	await data('DELETE', `/conversations/${open.id}`);
	await show(undefined);
});
on('export', 'change', async ({ target }) => {
	const format = target.value;
	target.value = '';
	const answer = await ask('GET', `/conversations/${open.id}/export?format=${format}`);
	const link = element('a', {
		href: URL.createObjectURL(await answer.blob()),
		download: `${open.title || 'conversation'}.${extensions[format]}`,
	});
	link.click();
	URL.revokeObjectURL(link.href);
});
on('stop', 'click', async () => {
	if (run?.id !== undefined) await data('POST', `/runs/${run.id}/stop`);
});
on('ask', 'submit', async (event) => {
	event.preventDefault();
	const content = at('question').value;
	if (content.trim() === '') return;
	at('question').value = '';
	const shown = element('li', {}, element('div', { className: 'words' }, content));
	shown.dataset.role = 'user';
	at('messages').append(shown);
	await send({ content });
});
on('question', 'keydown', (event) => {
	if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
	event.preventDefault();
	if (run === undefined) at('ask').requestSubmit();
});
let searching;
on('search', 'input', () => {
	clearTimeout(searching);
	searching = setTimeout(() => void guarded(showList), 250);
});

if (await renew().catch(() => false)) await guarded(showApp);
else showSignIn();
