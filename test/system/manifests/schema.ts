import * as client from '@kubernetes/client-node';
import type { Resource } from './rendered.js';

interface Attribute {
	readonly baseName: string;
	readonly type: string;
}
interface Model {
	getAttributeTypeMap(): readonly Attribute[];
}
const models = client as unknown as Readonly<Record<string, Model | undefined>>;

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
	string: (value) => typeof value === 'string',
	number: (value) => typeof value === 'number',
	boolean: (value) => typeof value === 'boolean',
	IntOrString: (value) => typeof value === 'string' || typeof value === 'number',
	Date: (value) => typeof value === 'string',
	any: () => true,
	object: (value) => typeof value === 'object',
};

/** Fields that Kubernetes does not know, and values of another type: which it would drop, or refuse. */
export function unknownFields({ apiVersion, kind, ...rest }: Resource): string[] {
	const version = apiVersion.split('/').at(-1) ?? '';
	const type = `${version[0]?.toUpperCase()}${version.slice(1)}${kind}`;
	if (models[type] === undefined) return [`${apiVersion} ${kind}: no such kind`];
	return problems(type, { apiVersion, kind, ...rest }, kind);
}

function problems(type: string, value: unknown, path: string): string[] {
	const list = /^Array<(.*)>$/.exec(type)?.[1];
	if (list !== undefined)
		return Array.isArray(value)
			? value.flatMap((item, at) => problems(list, item, `${path}[${at}]`))
			: [`${path} is no list`];
	const mapped = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
	if (mapped !== undefined)
		return Object.entries(value as object).flatMap(([key, item]) => problems(mapped, item, `${path}.${key}`));
	const isValid = primitives[type];
	if (isValid !== undefined) return isValid(value) ? [] : [`${path} is no ${type}`];
	return fieldProblems(type, value, path);
}

function fieldProblems(type: string, value: unknown, path: string): string[] {
	if (typeof value !== 'object' || value === null) return [`${path} is no ${type}`];
	const known = new Map(models[type]?.getAttributeTypeMap().map((each) => [each.baseName, each.type]));
	return Object.entries(value).flatMap(([name, item]) => {
		const field = known.get(name);
		return field === undefined ? [`${path}.${name} is unknown`] : problems(field, item, `${path}.${name}`);
	});
}

interface Validated {
	new (resource: object): { validate(): void };
}

/** What is required and missing, or no value of its list; the first of it. */
export async function invalid(resource: Resource): Promise<string[]> {
	const { [resource.kind]: kind } = (await import(`kubernetes-models/${resource.apiVersion}`)) as Record<
		string,
		Validated
	>;
	if (kind === undefined) return [`${resource.apiVersion} ${resource.kind}: no such kind`];
	try {
		new kind(resource).validate();
		return [];
	} catch (error) {
		return [`${resource.kind} ${resource.metadata.name}: ${(error as Error).message}`];
	}
}
