import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { AppError, type Scope, Sealer } from '#libs/kernel';

/** Where a page ends: the sort values of its last row. */
export type CursorPosition = readonly (string | number)[];

/**
 * Opaque cursors of lists. Sealed, and bound to the organization and to the list they were made for: one that was altered
 * or comes from elsewhere is refused.
 */
@Injectable()
export class Cursors {
	private readonly sealer: Sealer;

	constructor(config: Config) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	/** `list` names the list, such as `projects`. */
	make(scope: Scope, list: string, position: CursorPosition): string {
		return this.sealer.seal(JSON.stringify(position), contextOf(scope, list));
	}

	/** @throws AppError invalid `invalid_cursor` */
	read(scope: Scope, list: string, cursor: string): CursorPosition {
		try {
			return JSON.parse(this.sealer.open(cursor, contextOf(scope, list))) as CursorPosition;
		} catch {
			throw new AppError('invalid', 'invalid_cursor', 'The cursor is not valid here', {
				details: [{ field: 'cursor', code: 'invalid_cursor', message: 'Not a cursor of this list' }],
			});
		}
	}
}

const contextOf = (scope: Scope, list: string): string => `cursor|${scope.organizationId}|${list}`;
