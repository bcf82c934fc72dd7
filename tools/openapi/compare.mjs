// What of a document has changed so that its callers could break.

const at = (document, $ref) =>
	$ref
		.slice(2)
		.split('/')
		.reduce((part, name) => part?.[name], document);
const resolve = (document, schema) => (schema?.$ref ? at(document, schema.$ref) : schema) ?? {};
const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

/** Properties that are gone (for readers) or have become required (for writers), at any depth. */
function* changes(before, after, { path, isAnswer, seen = new Set() }) {
	const [old, now] = [resolve(before.document, before.schema), resolve(after.document, after.schema)];
	const key = `${path.length} ${before.schema?.$ref ?? ''}`;
	if (before.schema?.$ref && seen.has(key)) return;
	if (before.schema?.$ref) seen.add(key);
	if (old.type && now.type && JSON.stringify(old.type) !== JSON.stringify(now.type))
		yield `${path}: was ${JSON.stringify(old.type)}, is ${JSON.stringify(now.type)}`;
	if (!isAnswer && old.enum && now.enum)
		for (const value of old.enum)
			if (!now.enum.includes(value)) yield `${path}: takes ${JSON.stringify(value)} no longer`;
	for (const [name, schema] of Object.entries(old.properties ?? {})) {
		const found = now.properties?.[name];
		if (found === undefined) {
			if (isAnswer || now.additionalProperties === false) yield `${path}.${name}: is gone`;
			continue;
		}
		const deeper = { path: `${path}.${name}`, isAnswer, seen };
		yield* changes({ document: before.document, schema }, { document: after.document, schema: found }, deeper);
	}
	if (isAnswer)
		for (const name of old.required ?? [])
			if (!(now.required ?? []).includes(name)) yield `${path}.${name}: may be missing now`;
	if (!isAnswer)
		for (const name of now.required ?? [])
			if (!(old.required ?? []).includes(name)) yield `${path}.${name}: is required now`;
	if (old.items && now.items)
		yield* changes(
			{ document: before.document, schema: old.items },
			{ document: after.document, schema: now.items },
			{ path: `${path}[]`, isAnswer, seen },
		);
}

function* changesOfOperation(before, after, id) {
	const [old, now] = [before.operation, after.operation];
	const known = (operation) => new Set((operation.parameters ?? []).map(({ in: place, name }) => `${place} ${name}`));
	for (const name of known(old)) if (!known(now).has(name)) yield `${id}: the parameter ${name} is gone`;
	for (const { in: place, name, required } of now.parameters ?? [])
		if (required && !known(old).has(`${place} ${name}`)) yield `${id}: the parameter ${place} ${name} is needed now`;
	const pair = (one, other) => [
		{ document: before.document, schema: one?.schema },
		{ document: after.document, schema: other?.schema },
	];
	for (const [type, media] of Object.entries(old.requestBody?.content ?? {})) {
		const found = now.requestBody?.content?.[type];
		if (!found) yield `${id}: a body of ${type} is not taken any more`;
		else yield* changes(...pair(media, found), { path: `${id} body`, isAnswer: false });
	}
	for (const [status, answer] of Object.entries(old.responses ?? {})) {
		if (!status.startsWith('2')) continue;
		if (!now.responses?.[status]) {
			yield `${id}: does not answer ${status} any more`;
			continue;
		}
		for (const [type, media] of Object.entries(answer.content ?? {})) {
			const found = now.responses[status].content?.[type];
			if (!found) yield `${id}: ${status} has no ${type} any more`;
			else yield* changes(...pair(media, found), { path: `${id} ${status}`, isAnswer: true });
		}
	}
}

/** One line for each change between two documents that callers of the first could trip over. */
export function breakingChanges(before, after) {
	const found = [];
	for (const [path, item] of Object.entries(before.paths))
		for (const method of methods.filter((name) => item[name])) {
			const id = `${method.toUpperCase()} ${path}`;
			const now = after.paths[path]?.[method];
			if (!now) found.push(`${id}: is gone`);
			else
				found.push(
					...changesOfOperation({ document: before, operation: item[method] }, { document: after, operation: now }, id),
				);
		}
	return found;
}
