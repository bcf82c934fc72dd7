import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction, isolated } from './statements.js';

/** How many of the newest messages are looked through before an index is asked. */
const WINDOW = 10_000;
/** How many hits are ranked, the newest ones. */
const CANDIDATES = 200;

const inOrder = [
	// both are trusted: an owner without more rights may create them
	'CREATE EXTENSION IF NOT EXISTS pg_trgm',
	'CREATE EXTENSION IF NOT EXISTS btree_gin',
	// What search looks into: a message's text without accents and case, and its words. Not for temporary conversations.
	`CREATE TABLE message_texts (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		message_id uuid NOT NULL,
		conversation_id uuid NOT NULL,
		user_id uuid NOT NULL,
		role text NOT NULL,
		model text,
		body text NOT NULL,
		words tsvector NOT NULL,
		created_at timestamptz NOT NULL,
		PRIMARY KEY (organization_id, message_id),
		FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id) ON DELETE CASCADE
	)`,
	`CREATE INDEX message_texts_recent ON message_texts (organization_id, user_id, created_at DESC, message_id DESC)`,
	'CREATE INDEX message_texts_conversation ON message_texts (organization_id, conversation_id)',
	// the person stands in the index, so that the hits of others are never read
	'CREATE INDEX message_texts_words ON message_texts USING gin (user_id, words) WITH (gin_pending_list_limit = 512)',
	'CREATE INDEX message_texts_trigrams ON message_texts USING gin (user_id, body gin_trgm_ops) WITH (gin_pending_list_limit = 512)',
];

/**
 * Row-level security would keep `@@` and LIKE from their indexes, so the function says itself what may be read: of the person who
 * acts, in the organization in which they act, what is not in the trash. Common words are found in the newest messages without
 * an index; what is not common there is rare, and then the index is fast. What is neither ends with the statement's time.
 */
const search = definerFunction({
	signature: 'search_messages(p_query jsonb)',
	returns: 'TABLE(message_id uuid, conversation_id uuid, score real, created_at timestamptz)',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `DECLARE
		v_organization uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
		v_user uuid := nullif(current_setting('app.user_id', true), '')::uuid;
		v_words text := p_query ->> 'words';
		v_is_narrow boolean := p_query ?| ARRAY['tag', 'folder', 'conversation'];
		v_where text := '';
		v_hits text;
		v_pattern text;
		v_ids uuid[];
	BEGIN
		IF v_organization IS NULL OR v_user IS NULL THEN RETURN; END IF;
		IF v_words IS NOT NULL THEN v_where := v_where || format(' AND x.words @@ %L::tsquery', v_words); END IF;
		FOR v_pattern IN SELECT jsonb_array_elements_text(p_query -> 'patterns') LOOP
			v_where := v_where || format(' AND x.body LIKE %L', v_pattern);
		END LOOP;
		FOR v_pattern IN SELECT jsonb_array_elements_text(p_query -> 'notPatterns') LOOP
			v_where := v_where || format(' AND x.body NOT LIKE %L', v_pattern);
		END LOOP;
		IF p_query ? 'role' THEN v_where := v_where || format(' AND x.role = %L', p_query ->> 'role'); END IF;
		IF p_query ? 'model' THEN v_where := v_where || format(' AND x.model = %L', p_query ->> 'model'); END IF;
		IF p_query ? 'after' THEN v_where := v_where || format(' AND x.created_at >= %L::timestamptz', p_query ->> 'after'); END IF;
		IF p_query ? 'before' THEN v_where := v_where || format(' AND x.created_at < %L::timestamptz', p_query ->> 'before'); END IF;
		IF p_query ? 'conversation' THEN
			v_where := v_where || format(' AND x.conversation_id = %L::uuid', p_query ->> 'conversation');
		END IF;
		IF p_query ? 'tag' THEN v_where := v_where || format(' AND x.conversation_id IN (SELECT ct.conversation_id FROM tags t
			JOIN conversation_tags ct ON ct.organization_id = t.organization_id AND ct.tag_id = t.id
			WHERE t.organization_id = $1 AND t.user_id = $2 AND lower(t.name) = lower(%L))', p_query ->> 'tag'); END IF;
		IF p_query ? 'folder' THEN v_where := v_where || format(' AND x.conversation_id IN (SELECT fc.id FROM folders f
			JOIN conversations fc ON fc.organization_id = f.organization_id AND fc.folder_id = f.id
			WHERE f.organization_id = $1 AND f.user_id = $2 AND lower(f.name) = lower(%L))', p_query ->> 'folder'); END IF;
		v_hits := 'SELECT array_agg(h.message_id) FROM (SELECT x.message_id FROM %s x
			JOIN conversations c ON c.organization_id = $1 AND c.id = x.conversation_id AND c.user_id = $2 AND c.deleted_at IS NULL
			WHERE x.organization_id = $1 AND x.user_id = $2 %s ORDER BY x.created_at DESC, x.message_id DESC LIMIT ${CANDIDATES}) h';
		IF NOT v_is_narrow THEN
			EXECUTE format(v_hits, '(SELECT * FROM message_texts n WHERE n.organization_id = $1 AND n.user_id = $2
				ORDER BY n.created_at DESC, n.message_id DESC LIMIT ${WINDOW})', v_where) INTO v_ids USING v_organization, v_user;
		END IF;
		IF coalesce(cardinality(v_ids), 0) < ${CANDIDATES} THEN
			IF v_is_narrow OR NOT (p_query ? 'words' OR p_query ? 'patterns') THEN
				EXECUTE format(v_hits, 'message_texts', v_where) INTO v_ids USING v_organization, v_user;
			ELSE
				-- first all hits, then their order: else the planner may walk through everything in order
				EXECUTE 'WITH all_hits AS MATERIALIZED (SELECT x.* FROM message_texts x
					WHERE x.organization_id = $1 AND x.user_id = $2 ' || v_where || ') ' || format(v_hits, 'all_hits', '')
					INTO v_ids USING v_organization, v_user;
			END IF;
		END IF;
		RETURN QUERY SELECT x.message_id, x.conversation_id,
			((CASE WHEN v_words IS NULL THEN 0.1 ELSE ts_rank(x.words, v_words::tsquery, 1) END)
				* (1 + 1 / (1 + greatest(extract(epoch FROM now() - x.created_at), 0) / 2592000)))::real AS score, x.created_at
			FROM message_texts x WHERE x.organization_id = v_organization AND x.message_id = ANY (v_ids)
			ORDER BY score DESC, x.created_at DESC, x.message_id;
	END`,
});

/** Messages are found by their words and by parts of them. */
export class MessageSearch1795882000000 implements MigrationInterface {
	name = 'MessageSearch1795882000000';

	public async up(runner: QueryRunner): Promise<void> {
		const rights = { app: 'SELECT, INSERT, DELETE', worker: 'SELECT, INSERT, DELETE', definer: 'SELECT' };
		for (const statement of [...inOrder, ...isolated({ table: 'message_texts', ...rights }), ...search])
			await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
