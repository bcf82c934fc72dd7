import { AppError } from '#libs/kernel';

/**
 * What of a request has no counterpart at the upstream that was chosen. Refused by name; or, where the organization allows
 * it, left out and named in `x-parallama-dropped-params`.
 */
export class Untranslatable {
	private readonly dropped = new Set<string>();

	constructor(private readonly mayDrop: boolean) {}

	/** Names of what was left out, as the client wrote them. */
	get names(): readonly string[] {
		return [...this.dropped];
	}

	/** `why` reads on from the name: "is not supported by this model's upstream". @throws AppError invalid `unsupported_parameter` */
	add(param: string, why = 'is not supported for this model'): void {
		if (!this.mayDrop) throw new AppError('invalid', 'unsupported_parameter', `${param} ${why}`, { param });
		this.dropped.add(param);
	}
}
