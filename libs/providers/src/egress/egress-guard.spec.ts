import { describe, expect, it } from '@jest/globals';
import { EgressGuard } from './egress-guard.js';

describe('EgressGuard', () => {
	const closed = new EgressGuard([]);
	it.each([
		'127.0.0.1',
		'10.1.2.3',
		'172.16.0.1',
		'192.168.1.1',
		'169.254.169.254',
		'100.64.0.1',
		'0.0.0.0',
		'224.0.0.1',
		'255.255.255.255',
		'192.0.2.1',
		'198.18.0.1',
		'::',
		'::1',
		'::ffff:127.0.0.1',
		'::ffff:7f00:1',
		'::ffff:a00:1',
		'::7f00:1',
		'::ffff:0:7f00:1',
		'64:ff9b::7f00:1',
		'64:ff9b:1::1',
		'2002:7f00:1::',
		'2001:0:7f00:1::',
		'fe80::1',
		'fc00::1',
		'fd12::1',
		'ff02::1',
		'2001:db8::1',
		'5f00::1',
		'4000::1',
	])('keeps %s closed', (address) => {
		expect(closed.permits('host.test', address)).toBe(false);
	});
	it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('leaves %s open', (address) => {
		expect(closed.permits('host.test', address)).toBe(true);
	});
	it('opens what the operator names: host, address, range', () => {
		const guard = new EgressGuard(['ollama.lan', '127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
		expect(guard.permits('OLLAMA.lan', '192.168.1.5')).toBe(true);
		expect([guard.permits('x', '127.0.0.1'), guard.permits('x', '127.0.0.2')]).toEqual([true, false]);
		expect([
			guard.permits('x', '10.200.0.1'),
			guard.permits('x', 'fd00::5'),
			guard.permits('x', '::ffff:10.0.0.1'),
		]).toEqual([true, true, true]);
	});
	it.each([
		['http://127.0.0.1/v1', 'blocked'],
		['http://[::ffff:127.0.0.1]/v1', 'blocked'],
		['http://2130706433/v1', 'blocked'],
		['http://1.1.1.1:6379/v1', 'blocked'],
		['https://db.example.com:5432', 'blocked'],
		['file:///etc/passwd', 'blocked'],
		['https://1.1.1.1/v1', 'open'],
		['http://llm.example.com:8000/v1', 'open'],
		['http://10.1.2.3:6379/v1', 'open'], // named by the operator
	])('says of %s without DNS: %s', (url, expected) => {
		const guard = new EgressGuard(['10.0.0.0/8']);
		expect(guard.refusalOf(new URL(url)) === undefined ? 'open' : 'blocked').toBe(expected);
	});
	it('refuses an entry that makes no sense', () => {
		expect(() => new EgressGuard(['10.0.0.0/99'])).toThrow('EGRESS_ALLOW');
	});
});
