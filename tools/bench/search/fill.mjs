import { randomUUID } from 'node:crypto';
import { seeded, vocabularies, zipf } from './vocabulary.mjs';

const { searchedRow } = await import('../../../dist/libs/conversations/src/persistence/message-texts.repository.js');
const AT_ONCE = 5_000;
const SPAN_MS = 2 * 365 * 86_400_000;

const random = seeded(1);

/** 5 to 75 words of one language. */
function sentence() {
	const { words, isSpaced } = vocabularies[Math.floor(random() * vocabularies.length)];
	const said = Array.from({ length: 5 + Math.floor(random() * 70) }, () => words[Math.max(0, zipf(random))]);
	return said.join(isSpaced ? ' ' : '');
}

/** A person with conversations of the last two years, their messages, and what search looks into. */
export async function fill(client, { organizationId, userId, messages, conversations, say }) {
	await client.query(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'bench', 'Bench')`, [organizationId]);
	await client.query(`INSERT INTO users (id, email, name) VALUES ($1, 'bench@example.test', 'Bench')`, [userId]);
	await client.query('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, gen_random_uuid(), $2)', [
		organizationId,
		userId,
	]);
	const { rows } = await client.query(
		`INSERT INTO conversations (organization_id, id, user_id, title, model, is_pinned, last_active_at)
		SELECT $1, gen_random_uuid(), $2, 'Conversation ' || n, 'model-' || n % 20, n % 500 = 0, now() - make_interval(secs => n * $4::float8)
		FROM generate_series(1, $3::int) n RETURNING id`,
		[organizationId, userId, conversations, SPAN_MS / 1000 / conversations],
	);
	say(`${conversations} conversations`);
	for (const index of ['message_texts_words', 'message_texts_trigrams']) await client.query(`DROP INDEX ${index}`);
	const ids = rows.map(({ id }) => id);
	for (let first = 0; first < messages; first += AT_ONCE) {
		const size = Math.min(AT_ONCE, messages - first);
		await insert(
			client,
			{ organizationId, userId },
			Array.from({ length: size }, (_, n) => made(ids, first + n, messages)),
		);
		if ((first / AT_ONCE) % 40 === 39) say(`${first + size} messages`);
	}
	await client.query(`SET maintenance_work_mem = '1GB'`);
	await client.query(
		'CREATE INDEX message_texts_words ON message_texts USING gin (user_id, words) WITH (gin_pending_list_limit = 512)',
	);
	say('the index of words');
	await client.query(
		'CREATE INDEX message_texts_trigrams ON message_texts USING gin (user_id, body gin_trgm_ops) WITH (gin_pending_list_limit = 512)',
	);
	say('the index of trigrams');
	await client.query('VACUUM ANALYZE messages, message_texts, conversations');
}

function made(ids, at, messages) {
	const content = [{ type: 'text', text: sentence() }];
	const row = {
		id: randomUUID(),
		conversationId: ids[at % ids.length],
		role: at % 2 === 0 ? 'user' : 'assistant',
		model: null,
		content,
		createdAt: new Date(Date.now() - SPAN_MS * (1 - at / messages)).toISOString(),
	};
	return { ...searchedRow(row), content, sequence: 1 + Math.floor(at / ids.length) };
}

async function insert(client, { organizationId, userId }, rows) {
	const columns = `r(id uuid, "conversationId" uuid, sequence int, role text, content jsonb, body text, words text, "createdAt" timestamptz)`;
	const text = JSON.stringify(rows);
	await client.query(
		`INSERT INTO messages (organization_id, conversation_id, id, sequence, role, content, created_at)
		SELECT $1, "conversationId", id, sequence, role, content, "createdAt" FROM jsonb_to_recordset($2::jsonb) AS ${columns}`,
		[organizationId, text],
	);
	await client.query(
		`INSERT INTO message_texts (organization_id, user_id, message_id, conversation_id, role, body, words, created_at)
		SELECT $1, $2, id, "conversationId", role, body, words::tsvector, "createdAt" FROM jsonb_to_recordset($3::jsonb) AS ${columns}`,
		[organizationId, userId, text],
	);
}
