import type { OpenAPIObject } from '@nestjs/swagger';
import type { Json } from './zod-converter.js';

interface Parameter {
	readonly name: string;
	readonly in: string;
	description?: string;
}

/** Parameters whose schema says nothing of them; the name says the rest. */
const descriptions: Readonly<Record<string, string>> = {
	id: 'Its id',
	path: 'The name of the model, which may have slashes in it',
	digest: 'SHA-256 of the content, as `sha256:<hex>`',
	status: 'Only those in this state',
	from: 'Not before this moment',
	result: 'Only those that ended so',
	table: 'Only those of this table',
	pinned: 'Only pinned ones, or only others',
	archived: 'Only archived ones, or only others',
	groupBy: 'What the sums are grouped by',
	requestId: 'Only what this request caused',
	membershipStatus: 'Only those whose membership is in this state',
};

/** `credentialId` → `credential`. */
const nounOf = (name: string): string =>
	name.replace(/Id$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const described = ({ name, in: place }: Parameter): string =>
	descriptions[name] ?? (place === 'path' ? `Id of the ${nounOf(name)}` : `Only those of this ${nounOf(name)}`);

const idempotencyKey = {
	name: 'Idempotency-Key',
	in: 'header',
	required: false,
	description:
		'The same key and body again gives the stored answer for 24 hours (`Idempotency-Replayed: true`); with another body 422, while the first is worked on 409',
	schema: { type: 'string', minLength: 1, maxLength: 255, example: '3f0c6a52-create-support-bot' },
};

/** Gives every parameter a description, and creating requests their key. */
export function describeParameters(document: OpenAPIObject): void {
	for (const [path, item] of Object.entries(document.paths))
		for (const [method, operation] of Object.entries(item as Record<string, Json>)) {
			const parameters = [...((operation.parameters ?? []) as Parameter[])];
			for (const parameter of parameters) parameter.description ??= described(parameter);
			const responses = (operation.responses ?? {}) as Json;
			if (method === 'post' && path.startsWith('/api/v1/') && ('201' in responses || '202' in responses))
				parameters.push(idempotencyKey as Parameter);
			operation.parameters = parameters;
		}
}
