import { describe, expect, it } from '@jest/globals';
import { secretFiles } from './secret-files.js';

describe('the secrets of a new installation', () => {
	const files = secretFiles({ database: 'db:5433', redis: 'cache:6380' });

	it('are logins of their own at the stores that were named', () => {
		const urls = ['database_migration_url', 'database_url', 'database_worker_url'].map(
			(name) => new URL(files[name] ?? ''),
		);
		expect(urls.map(({ username }) => username)).toEqual(['parallama_owner', 'parallama_api', 'parallama_jobs']);
		expect(new Set(urls.map(({ password }) => password)).size).toBe(3);
		expect(urls.every(({ host, pathname }) => host === 'db:5433' && pathname === '/parallama')).toBe(true);
		expect(urls[0]?.password).toBe(files['database_owner_password']);
		expect(new URL(files['redis_url'] ?? '').host).toBe('cache:6380');
	});

	it('do not have the password of Redis in its list of users', () => {
		expect(files['redis_acl']).not.toContain(new URL(files['redis_url'] ?? '').password);
	});

	it('are others each time', () => {
		const again = secretFiles({ database: 'db', redis: 'cache' });
		const same = Object.keys(files).filter((name) => files[name] === again[name]);
		expect(same).toEqual(['bootstrap_admin_email']);
	});
});
