import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import { AppError, missing, type NamedSecret } from '#libs/kernel';

/** A file, for whoever has the link to it. */
export interface LinkedFile {
	readonly organizationId: string;
	readonly path: string;
	/** What it is called where it is saved. */
	readonly name: string;
	readonly mediaType: string;
}

export const LINK_MINUTES_MAX = 15;
const MINUTE_MS = 60_000;

/** Links that let a browser load a file without a credential, for some minutes: signed, so that nobody can make or change one. */
@Injectable()
export class DownloadLinks {
	private readonly keys: readonly NamedSecret[];

	constructor(config: Config) {
		this.keys = (config.secrets.ENCRYPTION_KEY ?? []).map(({ kid, value }) => ({
			kid,
			value: Buffer.from(hkdfSync('sha256', value, '', 'parallama download links', 32)),
		}));
	}

	/** The link's token, and when it ends. `minutes` are at most 15. */
	make(file: LinkedFile, minutes = LINK_MINUTES_MAX): { readonly token: string; readonly expiresAt: Date } {
		const [key] = this.keys;
		if (key === undefined) throw new AppError('bug', 'no_encryption_key', 'No encryption key is configured');
		const expiresAt = new Date(Date.now() + Math.min(minutes, LINK_MINUTES_MAX) * MINUTE_MS);
		const { organizationId, path, name, mediaType } = file;
		const said = [organizationId, path, name, mediaType, expiresAt.getTime()];
		const payload = Buffer.from(JSON.stringify(said)).toString('base64url');
		return { token: `${payload}.${sign(key.value, payload).toString('base64url')}`, expiresAt };
	}

	/** One answer for links that are forged, changed, or over. @throws AppError missing */
	read(token: string): LinkedFile {
		const [payload = '', signature = ''] = token.split('.');
		const given = Buffer.from(signature, 'base64url');
		const isOurs = this.keys.map(({ value }) => isEqual(sign(value, payload), given)).includes(true);
		if (!isOurs) throw missing('The file');
		const [organizationId, path, name, mediaType, expiresAt] = JSON.parse(
			Buffer.from(payload, 'base64url').toString(),
		) as [string, string, string, string, number];
		if (expiresAt <= Date.now()) throw missing('The file');
		return { organizationId, path, name, mediaType };
	}
}

const sign = (key: Buffer, payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
