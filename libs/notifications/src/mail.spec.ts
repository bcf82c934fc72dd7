import { describe, expect, it } from '@jest/globals';
import { layOut } from './layout.js';
import type { MailData, MailKind } from './mail.js';
import { type Letter, templates } from './templates.js';

const at = new Date('2026-05-06T07:08:09Z');
const examples: { readonly [Kind in MailKind]: MailData[Kind] } = {
	'verify-address': { code: 'C0DE' },
	'address-taken': {},
	'change-address': { code: 'C0DE' },
	'reset-password': { code: 'C0DE' },
	'password-changed': {},
	invitation: { code: 'C0DE', organization: 'Acme', role: 'admin' },
	'new-login': { ip: '192.0.2.1', userAgent: 'curl', at },
	'refresh-token-reused': { ip: '192.0.2.1', at },
	'account-deletion': { at },
	'role-expiring': { role: 'admin', organization: 'Acme', at },
	'budget-threshold': { budget: 'May', organization: 'Acme', percent: 80 },
};
const letterOf = (kind: MailKind): Letter => (templates[kind] as (data: unknown) => Letter)(examples[kind]);

describe.each(Object.keys(templates) as MailKind[])('%s', (kind) => {
	it('says the same as text and as HTML, and everything that it was told', () => {
		const { subject, text, html } = layOut(letterOf(kind), undefined);
		expect(subject.length).toBeGreaterThan(5);
		const shown = `${subject}\n${text}`;
		for (const value of Object.values(examples[kind]))
			expect(shown).toContain(value instanceof Date ? '2026-05-06' : String(value));
		for (const paragraph of letterOf(kind).paragraphs) expect(text).toContain(paragraph);
		expect(html.match(/<p>/g)?.length).toBeGreaterThan(1);
		expect(html).not.toMatch(/<(?:img|script|link|style)/);
	});
});

it('puts a code into the fragment of a link, or names the route', () => {
	const letter = letterOf('reset-password');
	expect(layOut(letter, undefined).text).toContain('POST /api/v1/auth/reset-password:\n\nC0DE');
	const { text, html } = layOut(letter, 'https://app.test/account');
	expect(text).toContain('https://app.test/account#reset=C0DE');
	expect(html).toContain('<a href="https://app.test/account#reset=C0DE">');
});

it('lets no name break out of its line or of the HTML', () => {
	const organization = 'A\r\nBcc: x@y.z\n\n<script>alert(1)</script>"\u202E';
	const { subject, text, html } = layOut(templates.invitation({ code: 'C', role: 'r', organization }), undefined);
	expect(subject).toBe('Invitation to A Bcc: x@y.z <script>alert(1)</script>"');
	expect(text).not.toMatch(/^Bcc/m);
	expect(html).not.toContain('<script>');
	expect(html).toContain('&lt;script&gt;');
});
