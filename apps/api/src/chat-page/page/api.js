/** Talks to the platform API of this origin. The access token lives in memory only; the cookie that renews it no script can read. */

/** An answer that says no; `message` is for people. */
export class Refusal extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
	}
}

let token;
let renewing;

const url = (path) => new URL(`./api/v1${path}`, document.baseURI);
const authorized = () => (token === undefined ? {} : { authorization: `Bearer ${token}` });

async function post(path, body) {
	const answer = await fetch(url(path), {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...authorized() },
		body: JSON.stringify(body),
	});
	if (!answer.ok) throw await refusalOf(answer);
	return answer.status === 204 ? null : (await answer.json()).data;
}

async function refusalOf(answer) {
	const body = await answer.json().catch(() => ({}));
	const fields = (body.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
	return new Refusal(answer.status, [body.message ?? answer.statusText, ...fields].join(' · '));
}

export async function signIn(email, password) {
	({ accessToken: token } = await post('/auth/login', { email, password }));
}

/** Whether there is a session from before. Several that ask at once renew it once. */
export async function renew() {
	renewing ??= post('/auth/refresh', {})
		.then(({ accessToken }) => {
			token = accessToken;
			return true;
		})
		.catch((error) => {
			if (error.status >= 500) throw error;
			return false;
		})
		.finally(() => {
			renewing = undefined;
		});
	return renewing;
}

export async function signOut() {
	await post('/auth/logout', {}).catch(() => undefined);
	token = undefined;
}

/** The raw answer; renews the session once where it has ended. Throws a Refusal. */
export async function ask(method, path, { body, headers = {}, signal } = {}) {
	const send = () =>
		fetch(url(path), {
			method,
			headers: { ...authorized(), ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			...(signal === undefined ? {} : { signal }),
		});
	let answer = await send();
	if (answer.status === 401 && (await renew())) answer = await send();
	if (!answer.ok) throw await refusalOf(answer);
	return answer;
}

/** The data of an answer; `null` where there is none. */
export async function data(method, path, body) {
	const answer = await ask(method, path, { body });
	return answer.status === 204 ? null : (await answer.json()).data;
}

/** The events of a stream as they come: `{ id, ...data }`. */
export async function* events(answer) {
	const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		const blocks = (rest + value).split('\n\n');
		rest = blocks.pop();
		for (const block of blocks) {
			const line = (name) =>
				block
					.split('\n')
					.find((one) => one.startsWith(`${name}: `))
					?.slice(name.length + 2);
			const said = line('data');
			if (said !== undefined) yield { id: Number(line('id')), ...JSON.parse(said) };
		}
	}
}
