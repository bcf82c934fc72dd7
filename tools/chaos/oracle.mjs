/**
 * Joins what the upstream did, what the ledger says and what the clients saw, by the alias that each call has for itself.
 * - lost: the upstream sent something, or a client got an answer, and the ledger has no row
 * - duplicated: rows beyond the first
 * - unconfirmed: the row is not what the upstream reported, because the process died before it knew
 * - wrong: the upstream finished and the row is not exactly its usage, though nobody died before that was known
 * - costly: unconfirmed rows that cost something
 */
export function judge({ upstream, ledger, clients }) {
	const verdict = { calls: clients.length, lost: [], duplicated: [], unconfirmed: [], wrong: [], costly: [] };
	const sent = Map.groupBy(upstream, ({ alias }) => alias);
	const rows = Map.groupBy(ledger, ({ alias }) => alias);
	const results = new Map(clients.map((client) => [client.alias, client]));
	for (const alias of new Set([...sent.keys(), ...rows.keys(), ...results.keys()]))
		judgeCall(verdict, alias, { sent: sent.get(alias) ?? [], rows: rows.get(alias) ?? [], client: results.get(alias) });
	return verdict;
}

function judgeCall(verdict, alias, { sent, rows, client }) {
	const calls = rows.filter(({ kind }) => kind === 'call');
	const corrections = rows.filter(({ kind }) => kind === 'correction');
	const wasServed = sent.some(({ sentChunks }) => sentChunks > 0) || ['done', 'cut'].includes(client?.state);
	if (calls.length === 0) {
		if (wasServed || corrections.length > 0) verdict.lost.push(alias);
		return;
	}
	if (calls.length > 1 || corrections.length > 1) verdict.duplicated.push(alias);
	const [row] = calls;
	if (row.isEstimated && corrections.length === 0) {
		verdict.unconfirmed.push(alias);
		if (row.cost !== '0') verdict.costly.push(alias);
		const most = sent.reduce((sum, { sentTokens = 0 }) => sum + sentTokens, 0);
		if (row.errorCode === 'replica_lost' && row.outputTokens > most) verdict.wrong.push(alias);
		return;
	}
	const truth = sent.find(({ state }) => state === 'finished')?.usageSent;
	if (truth && client?.state === 'done' && !isExact(rows, truth)) verdict.wrong.push(alias);
}

const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);
const isExact = (rows, truth) =>
	sum(rows, 'inputTokens') === truth.prompt_eval_count && sum(rows, 'outputTokens') === truth.eval_count;

/** Whether a seed passed. `inFlight`: calls that were not answered completely when the process was killed. */
export const isGood = ({ lost, duplicated, unconfirmed, wrong, costly }, inFlight, sumsAgree) =>
	lost.length + duplicated.length + wrong.length + costly.length === 0 && unconfirmed.length <= inFlight && sumsAgree;
