import { list, record, text } from '../../wire/lines.js';

type Schema = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;
const byFormat: Readonly<Record<string, string>> = {
	'date-time': '2000-01-01T00:00:00Z',
	date: '2000-01-01',
	time: '00:00:00Z',
	email: 'echo@example.com',
	hostname: 'example.com',
	ipv4: '192.0.2.1',
	uri: 'https://example.com',
	uuid: '00000000-0000-4000-8000-000000000000',
};

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** A small value that keeps to a JSON schema: what is required and no more; texts say `words` where they may. */
export const minimalInstance = (schema: unknown, words: string): unknown =>
	new Instance(record(schema), words).of(record(schema), 0);

class Instance {
	constructor(
		private readonly root: Schema,
		private readonly words: string,
	) {}

	of(schema: Schema, depth: number): unknown {
		if (depth > MAX_DEPTH) return null;
		if (typeof schema.$ref === 'string') return this.of(this.referred(schema.$ref), depth + 1);
		if (schema.const !== undefined) return schema.const;
		if (Array.isArray(schema.enum)) return schema.enum[0];
		const [choice] = [...list(schema.anyOf), ...list(schema.oneOf)];
		if (choice !== undefined) return this.of({ ...schema, anyOf: [], oneOf: [], ...record(choice) }, depth + 1);
		if (list(schema.allOf).length > 0) return this.of(joined(schema), depth + 1);
		return this.typed(schema, depth);
	}

	private typed(schema: Schema, depth: number): unknown {
		switch (typeOf(schema)) {
			case 'object':
				return this.object(schema, depth);
			case 'array':
				return Array.from({ length: Math.min(numberOf(schema.minItems) ?? 0, 100) }, () =>
					this.of(record(schema.items), depth + 1),
				);
			case 'integer':
			case 'number':
				return smallest(schema);
			case 'boolean':
				return false;
			case 'null':
				return null;
			default:
				return this.text(schema);
		}
	}

	private object({ properties, required }: Schema, depth: number): object {
		const known = record(properties);
		return Object.fromEntries(
			list(required).map((name) => [text(name), this.of(record(known[text(name)]), depth + 1)]),
		);
	}

	private text({ format, minLength, maxLength }: Schema): string {
		const known = byFormat[text(format)];
		if (known !== undefined) return known;
		return this.words.slice(0, numberOf(maxLength) ?? 200).padEnd(Math.min(numberOf(minLength) ?? 0, 10_000), '.');
	}

	private referred(pointer: string): Schema {
		const steps = pointer.split('/').slice(1);
		return steps.reduce<Schema>((at, step) => record(at[step.replaceAll('~1', '/').replaceAll('~0', '~')]), this.root);
	}
}

function joined({ allOf, ...rest }: Schema): Schema {
	const parts: Schema[] = [rest, ...list(allOf).map(record)];
	return {
		...Object.assign({}, ...parts),
		properties: Object.assign({}, ...parts.map(({ properties }) => record(properties))),
		required: parts.flatMap(({ required }) => list(required)),
	};
}

function typeOf({ type, properties, items }: Schema): string {
	if (type !== undefined) return text(Array.isArray(type) ? type[0] : type);
	if (properties !== undefined) return 'object';
	return items === undefined ? 'string' : 'array';
}

function smallest({ minimum, exclusiveMinimum, maximum, multipleOf }: Schema): number {
	const above = numberOf(exclusiveMinimum);
	const least = numberOf(minimum) ?? (above === undefined ? undefined : Math.floor(above) + 1);
	const start = least ?? Math.min(0, numberOf(maximum) ?? 0);
	const step = numberOf(multipleOf) ?? 1;
	return Math.ceil(start / step) * step;
}
