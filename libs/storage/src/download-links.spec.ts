import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, jest } from '@jest/globals';
import { newId } from '#libs/kernel';
import { testConfig } from '#libs/testing';
import { DownloadLinks } from './download-links.js';

const stores = { DATABASE_URL: 'postgres://u@localhost/d', REDIS_URL: 'redis://localhost' };
const config = testConfig('api', stores);
const links = new DownloadLinks(config);
const file = { organizationId: newId(), path: 'exports/a.zip', name: 'a "b".zip', mediaType: 'application/zip' };
afterEach(() => {
	jest.useRealTimers();
});

it('is read as it was made, for fifteen minutes at most', () => {
	jest.useFakeTimers({ now: 1_000_000 });
	const { token, expiresAt } = links.make(file, 600);
	expect(expiresAt.getTime()).toBe(1_000_000 + 15 * 60_000);
	expect(new DownloadLinks(config).read(token)).toEqual(file);
	jest.setSystemTime(expiresAt.getTime() - 1);
	expect(links.read(token)).toEqual(file);
	jest.setSystemTime(expiresAt);
	expect(() => links.read(token)).toThrow('not found');
});

it('is refused with one answer when anything of it is changed, or it is of other keys', () => {
	const { token } = links.make(file);
	const dot = token.indexOf('.');
	const other = Buffer.from(JSON.stringify([newId(), 'exports/a.zip', 'n', 't', Date.now() + 60_000])).toString(
		'base64url',
	);
	const bad = [
		'',
		'.',
		'x',
		token.slice(0, dot),
		`${token.slice(0, dot)}.`,
		`${other}${token.slice(dot)}`,
		token.slice(0, -4),
	];
	for (const each of bad) expect(() => links.read(each)).toThrow('The file was not found');
	const strange = testConfig('api', { ...stores, ENCRYPTION_KEY: `other:${randomBytes(32).toString('base64')}` });
	expect(() => new DownloadLinks(strange).read(token)).toThrow('The file was not found');
});

it('stays valid when a newer key signs', () => {
	const [old, young] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
	const before = new DownloadLinks(testConfig('api', { ...stores, ENCRYPTION_KEY: `a:${old}` }));
	const after = new DownloadLinks(testConfig('api', { ...stores, ENCRYPTION_KEY: `b:${young},a:${old}` }));
	expect(after.read(before.make(file).token)).toEqual(file);
});
