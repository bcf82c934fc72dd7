import { AppError } from '#libs/kernel';

/** Reads the fields of a request body; every complaint names the field. `null` counts as absent, as clients send it. */
export class Fields {
	constructor(
		private readonly value: Readonly<Record<string, unknown>>,
		private readonly path = '',
	) {}

	has(name: string): boolean {
		return this.value[name] !== undefined && this.value[name] !== null;
	}

	raw(name: string): unknown {
		return this.value[name] ?? undefined;
	}

	string(name: string): string | undefined {
		return this.typed(name, 'string', 'a string');
	}

	number(name: string): number | undefined {
		return this.typed(name, 'number', 'a number');
	}

	boolean(name: string): boolean | undefined {
		return this.typed(name, 'boolean', 'true or false');
	}

	object(name: string): Fields | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(name, 'an object');
		return new Fields(value as Record<string, unknown>, `${this.path}${name}.`);
	}

	/** The items, each wrapped for reading. */
	objects(name: string): Fields[] {
		return this.array(name).map((item, at) => {
			if (item === null || typeof item !== 'object' || Array.isArray(item))
				throw this.wrong(`${name}.${at}`, 'an object');
			return new Fields(item as Record<string, unknown>, `${this.path}${name}.${at}.`);
		});
	}

	array(name: string): unknown[] {
		const value = this.raw(name);
		if (value === undefined) return [];
		if (!Array.isArray(value)) throw this.wrong(name, 'a list');
		return value;
	}

	/** A field's name as a complaint says it. */
	nameOf(name: string): string {
		return this.path + name;
	}

	wrong(name: string, expected: string): AppError {
		const param = this.nameOf(name);
		return new AppError('invalid', 'invalid_field', `${param} must be ${expected}`, { param });
	}

	unsupported(name: string, why: string): AppError {
		const param = this.nameOf(name);
		return new AppError('invalid', 'unsupported_parameter', `${param} ${why}`, { param });
	}

	private typed<T extends string | number | boolean>(name: string, type: string, expected: string): T | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		// biome-ignore lint/suspicious/useValidTypeof: the caller names one of three
		if (typeof value !== type) throw this.wrong(name, expected);
		return value as T;
	}
}
