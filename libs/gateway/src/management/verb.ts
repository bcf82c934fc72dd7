import type { Permission } from '#libs/access';
import type { AuditAction } from '#libs/audit';
import { AppError } from '#libs/kernel';
import { foldedKeys, refuseLookalikes, scanJson, type ScannedJson } from '../json/scan-json.js';
import { type Edit, splice } from '../json/splice.js';

/** What changes the models of an Ollama server, as its clients ask for it. */
export interface Verb {
	readonly name: 'pull' | 'push' | 'create' | 'copy' | 'delete';
	readonly method: 'POST' | 'DELETE';
	readonly permission: Permission;
	readonly action: AuditAction;
	/** Fields that name a model of the server, the one that is changed first. */
	readonly names: readonly string[];
	/** Whether progress is answered line by line, unless `stream` is false. */
	readonly hasProgress: boolean;
}

export const verbs: Readonly<Record<Verb['name'], Verb>> = {
	pull: {
		name: 'pull',
		method: 'POST',
		permission: 'models:pull',
		action: 'model.pull',
		names: ['model', 'name'],
		hasProgress: true,
	},
	push: {
		name: 'push',
		method: 'POST',
		permission: 'models:push',
		action: 'model.push',
		names: ['model', 'name'],
		hasProgress: true,
	},
	create: {
		name: 'create',
		method: 'POST',
		permission: 'models:create',
		action: 'model.create',
		names: ['model', 'name', 'from'],
		hasProgress: true,
	},
	copy: {
		name: 'copy',
		method: 'POST',
		permission: 'models:create',
		action: 'model.copy',
		names: ['destination', 'source'],
		hasProgress: false,
	},
	delete: {
		name: 'delete',
		method: 'DELETE',
		permission: 'models:delete',
		action: 'model.delete',
		names: ['model', 'name'],
		hasProgress: false,
	},
};

/** Would make the server speak with others without encryption, or send prompts elsewhere. */
const reachingOut = ['insecure', 'remote_host'];
const known = foldedKeys(['model', 'name', 'from', 'source', 'destination', 'stream', ...reachingOut]);
const MAX_NAME = 256;

/** A request to change models, read. */
export interface VerbRequest {
	/** The provider that the names begin with; `undefined`: the first that there is. */
	readonly provider: string | undefined;
	/** Of the model that is changed, as the server names it. */
	readonly model: string;
	/** Of all models that take part. */
	readonly models: readonly string[];
	readonly isStreamed: boolean;
	/** For the server. */
	readonly body: Buffer;
	/** Fields that only somebody may use who may also change providers. */
	readonly reachesOut: readonly string[];
}

/**
 * `providers`: names of those that can be chosen by `provider/model`.
 * @throws AppError invalid, naming the field
 */
export function readVerb(verb: Verb, body: Buffer, providers: ReadonlySet<string>): VerbRequest {
	const scanned = scanJson(body);
	refuseLookalikes(scanned.spans, known);
	const named = verb.names.flatMap((field) => {
		const name = nameAt(scanned, field);
		return name === undefined ? [] : [{ field, ...chosen(name, providers) }];
	});
	const [first] = named;
	if (first === undefined || (verb.name === 'copy' && named.length < 2))
		throw wrong(verb.names[named.length] ?? 'model', `the name of a model, at most ${MAX_NAME} characters`);
	const other = named.find(({ provider }) => provider !== undefined && provider !== named.find(hasProvider)?.provider);
	if (other !== undefined) throw wrong(other.field, 'a model of the same provider');
	return {
		provider: named.find(hasProvider)?.provider,
		model: first.model,
		models: named.map(({ model }) => model),
		isStreamed: verb.hasProgress && streamOf(scanned),
		body: splice(
			body,
			named.flatMap(({ field, model }) => editOf(scanned, field, model)),
		),
		reachesOut: reachingOut.filter((field) => Boolean(scanned.value[field])),
	};
}

const hasProvider = ({ provider }: { provider: string | undefined }): boolean => provider !== undefined;

function nameAt({ value }: ScannedJson, field: string): string | undefined {
	const name = value[field];
	if (name === undefined || name === null || name === '') return undefined;
	if (typeof name !== 'string' || name.length > MAX_NAME)
		throw wrong(field, `the name of a model, at most ${MAX_NAME} characters`);
	return name;
}

/** Models of Ollama have slashes in their names, too: only a known provider is one. */
function chosen(name: string, providers: ReadonlySet<string>): { provider: string | undefined; model: string } {
	const slash = name.indexOf('/');
	const provider = name.slice(0, Math.max(0, slash));
	return providers.has(provider) ? { provider, model: name.slice(slash + 1) } : { provider: undefined, model: name };
}

function editOf({ value, spans }: ScannedJson, field: string, model: string): Edit[] {
	const span = spans.get(field);
	return span === undefined || value[field] === model ? [] : [{ ...span, bytes: JSON.stringify(model) }];
}

function streamOf({ value }: ScannedJson): boolean {
	const stream = value.stream ?? true;
	if (typeof stream !== 'boolean') throw wrong('stream', 'true or false');
	return stream;
}

const wrong = (field: string, expected: string): AppError =>
	new AppError('invalid', 'invalid_field', `${field} must be ${expected}`, { param: field });

const digest = /^sha256[:-][0-9a-f]{64}$/;

/** @throws AppError invalid when it is no digest of a file */
export function checkDigest(text: string): void {
	if (!digest.test(text)) throw wrong('digest', '"sha256:" and 64 hexadecimal digits');
}
