// Preloaded into one run of the product while it is set up: writes every statement that pg sends to the file named by
// BENCH_SQL_FILE. So the bare route is compared on the very SQL of the product, whatever that becomes.
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Client } = createRequire(new URL('../../../package.json', import.meta.url))('pg');
const { query } = Client.prototype;

Client.prototype.query = function capture(statement, ...rest) {
	const text = typeof statement === 'string' ? statement : statement?.text;
	const values = Array.isArray(rest[0]) ? rest[0] : (statement?.values ?? []);
	if (typeof text === 'string') {
		const connection = this.processID ?? 0;
		appendFileSync(process.env.BENCH_SQL_FILE, `${JSON.stringify({ connection, text, values })}\n`);
	}
	return query.call(this, statement, ...rest);
};
