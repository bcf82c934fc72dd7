import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction, isolated } from './statements.js';

const stamps = `created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()`;

const keyed = `
	organization_id uuid NOT NULL REFERENCES organizations (id),
	id uuid NOT NULL,
	PRIMARY KEY (organization_id, id)`;

/** Whose it is; the erasure of a person takes it along. */
const owned = `${keyed},
	user_id uuid NOT NULL,
	FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE`;

const inConversation = `
	conversation_id uuid NOT NULL,
	FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations (organization_id, id) ON DELETE CASCADE`;

const inOrder = [
	`CREATE TABLE folders (
		${owned},
		parent_id uuid,
		name text NOT NULL,
		system_prompt text,
		model text,
		${stamps},
		FOREIGN KEY (organization_id, parent_id) REFERENCES folders (organization_id, id) ON DELETE CASCADE
	)`,
	'CREATE INDEX folders_user ON folders (organization_id, user_id, id)',
	'CREATE INDEX folders_parent ON folders (organization_id, parent_id) WHERE parent_id IS NOT NULL',
	`CREATE TABLE tags (
		${owned},
		name text NOT NULL,
		color text,
		${stamps}
	)`,
	'CREATE UNIQUE INDEX tags_name ON tags (organization_id, user_id, lower(name))',
	// what the stored half of the Responses API makes without a conversation is of kind 'responses' and stands in no list
	`CREATE TABLE conversations (
		${owned},
		project_id uuid,
		kind text NOT NULL DEFAULT 'chat' CHECK (kind IN ('chat', 'responses')),
		folder_id uuid,
		title text NOT NULL DEFAULT '',
		title_source text NOT NULL DEFAULT 'none' CHECK (title_source IN ('none', 'generated', 'person', 'import')),
		model text,
		system_prompt text,
		parameters jsonb NOT NULL DEFAULT '{}',
		metadata jsonb NOT NULL DEFAULT '{}',
		is_pinned boolean NOT NULL DEFAULT false,
		is_temporary boolean NOT NULL DEFAULT false,
		archived_at timestamptz,
		deleted_at timestamptz,
		-- no foreign key: it would be one in a circle; whoever removes messages moves the leaf
		active_leaf_id uuid,
		message_count integer NOT NULL DEFAULT 0,
		last_sequence integer NOT NULL DEFAULT 0,
		last_active_at timestamptz NOT NULL DEFAULT now(),
		import_source text,
		import_id text,
		${stamps},
		FOREIGN KEY (organization_id, folder_id) REFERENCES folders (organization_id, id) ON DELETE SET NULL (folder_id),
		FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id)
	)`,
	`CREATE INDEX conversations_list ON conversations (organization_id, user_id, last_active_at DESC, id DESC)
		WHERE deleted_at IS NULL AND kind = 'chat' AND NOT is_temporary`,
	`CREATE INDEX conversations_pinned ON conversations (organization_id, user_id, last_active_at DESC, id DESC)
		WHERE deleted_at IS NULL AND kind = 'chat' AND NOT is_temporary AND is_pinned`,
	`CREATE INDEX conversations_archived ON conversations (organization_id, user_id, last_active_at DESC, id DESC)
		WHERE deleted_at IS NULL AND kind = 'chat' AND NOT is_temporary AND archived_at IS NOT NULL`,
	`CREATE INDEX conversations_model ON conversations (organization_id, user_id, model, last_active_at DESC, id DESC)
		WHERE deleted_at IS NULL AND kind = 'chat' AND NOT is_temporary`,
	`CREATE INDEX conversations_folder ON conversations (organization_id, folder_id, last_active_at DESC, id DESC)
		WHERE folder_id IS NOT NULL`,
	`CREATE INDEX conversations_trash ON conversations (organization_id, user_id, last_active_at DESC, id DESC)
		WHERE deleted_at IS NOT NULL`,
	// what the worker looks for, oldest first
	'CREATE INDEX conversations_age ON conversations (organization_id, last_active_at)',
	'CREATE INDEX conversations_deleted ON conversations (organization_id, deleted_at) WHERE deleted_at IS NOT NULL',
	`CREATE UNIQUE INDEX conversations_import ON conversations (organization_id, user_id, import_source, import_id)
		WHERE import_id IS NOT NULL`,
	// the foreign keys of people and projects look here
	'CREATE INDEX conversations_user ON conversations (organization_id, user_id)',
	'CREATE INDEX conversations_project ON conversations (organization_id, project_id) WHERE project_id IS NOT NULL',
	`CREATE TABLE conversation_tags (
		organization_id uuid NOT NULL,
		${inConversation},
		tag_id uuid NOT NULL,
		PRIMARY KEY (organization_id, conversation_id, tag_id),
		FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE
	)`,
	'CREATE INDEX conversation_tags_tag ON conversation_tags (organization_id, tag_id, conversation_id)',
	// Rows that never change: an edit is a sibling. sequence: the order in which a conversation got them, from 1.
	`CREATE TABLE messages (
		${keyed},
		${inConversation},
		sequence integer NOT NULL,
		parent_id uuid,
		role text NOT NULL CHECK (role IN ('system', 'developer', 'user', 'assistant', 'tool')),
		content jsonb NOT NULL CHECK (jsonb_typeof(content) = 'array'),
		model text,
		state text NOT NULL DEFAULT 'complete' CHECK (state IN ('complete', 'stopped', 'interrupted', 'failed')),
		finish_reason text,
		usage jsonb,
		run_id uuid,
		metadata jsonb NOT NULL DEFAULT '{}',
		import_id text,
		created_at timestamptz NOT NULL DEFAULT now(),
		UNIQUE (organization_id, conversation_id, id),
		UNIQUE (organization_id, conversation_id, sequence),
		-- a parent of the same conversation
		FOREIGN KEY (organization_id, conversation_id, parent_id) REFERENCES messages (organization_id, conversation_id, id)
	)`,
	'CREATE INDEX messages_children ON messages (organization_id, conversation_id, parent_id, sequence)',
	`CREATE UNIQUE INDEX messages_import ON messages (organization_id, conversation_id, import_id) WHERE import_id IS NOT NULL`,
	// One generation. parent_id: the message it answers; message_id: its result, once there is one.
	`CREATE TABLE runs (
		${owned},
		${inConversation},
		parent_id uuid,
		message_id uuid,
		state text NOT NULL DEFAULT 'queued'
			CHECK (state IN ('queued', 'running', 'completed', 'stopped', 'interrupted', 'failed')),
		model text NOT NULL,
		parameters jsonb NOT NULL DEFAULT '{}',
		replica_id text,
		heartbeat_at timestamptz,
		stop_requested_at timestamptz,
		error jsonb,
		usage jsonb,
		usage_event_id uuid,
		request_id text,
		started_at timestamptz,
		finished_at timestamptz,
		${stamps},
		FOREIGN KEY (organization_id, parent_id) REFERENCES messages (organization_id, id) ON DELETE CASCADE,
		FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id) ON DELETE SET NULL (message_id)
	)`,
	'CREATE INDEX runs_conversation ON runs (organization_id, conversation_id, id)',
	`CREATE INDEX runs_open ON runs (organization_id, heartbeat_at) WHERE state IN ('queued', 'running')`,
	'CREATE INDEX runs_user ON runs (organization_id, user_id)',
	'CREATE INDEX runs_parent ON runs (organization_id, parent_id) WHERE parent_id IS NOT NULL',
	'CREATE INDEX runs_message ON runs (organization_id, message_id) WHERE message_id IS NOT NULL',
	// The events of a run that is over, in order, as they were sent.
	`CREATE TABLE run_logs (
		organization_id uuid NOT NULL,
		run_id uuid NOT NULL,
		events jsonb NOT NULL CHECK (jsonb_typeof(events) = 'array'),
		last_sequence integer NOT NULL,
		created_at timestamptz NOT NULL DEFAULT now(),
		PRIMARY KEY (organization_id, run_id),
		FOREIGN KEY (organization_id, run_id) REFERENCES runs (organization_id, id) ON DELETE CASCADE
	)`,
	// A file in storage; messages name it. text_key: where the text is that was read out of it.
	`CREATE TABLE attachments (
		${owned},
		name text NOT NULL,
		kind text NOT NULL CHECK (kind IN ('image', 'text', 'pdf')),
		media_type text NOT NULL,
		bytes bigint NOT NULL CHECK (bytes >= 0),
		sha256 bytea NOT NULL,
		storage_key text NOT NULL,
		state text NOT NULL DEFAULT 'ready' CHECK (state IN ('reading', 'ready', 'failed')),
		text_key text,
		text_bytes bigint,
		problem text,
		${stamps}
	)`,
	'CREATE INDEX attachments_user ON attachments (organization_id, user_id, id)',
	`CREATE TABLE message_attachments (
		organization_id uuid NOT NULL,
		message_id uuid NOT NULL,
		attachment_id uuid NOT NULL,
		PRIMARY KEY (organization_id, message_id, attachment_id),
		FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id) ON DELETE CASCADE,
		FOREIGN KEY (organization_id, attachment_id) REFERENCES attachments (organization_id, id) ON DELETE CASCADE
	)`,
	'CREATE INDEX message_attachments_attachment ON message_attachments (organization_id, attachment_id)',
	// Files whose row is gone, in whatever way: the worker removes them from storage.
	`CREATE TABLE removed_files (
		${keyed},
		storage_key text NOT NULL,
		created_at timestamptz NOT NULL DEFAULT now()
	)`,
	`CREATE FUNCTION note_removed_files() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
	AS $function$ BEGIN
		INSERT INTO removed_files (organization_id, id, storage_key)
		SELECT OLD.organization_id, gen_random_uuid(), k FROM unnest(ARRAY[OLD.storage_key, OLD.text_key]) k WHERE k IS NOT NULL;
		RETURN OLD;
	END $function$`,
	`CREATE TRIGGER attachments_removed AFTER DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION note_removed_files()`,
	// leaf_id: the branch that is shown; a snapshot ends there, a live link goes on with what follows.
	`CREATE TABLE share_links (
		${owned},
		${inConversation},
		token_hash bytea NOT NULL UNIQUE,
		mode text NOT NULL CHECK (mode IN ('snapshot', 'live')),
		audience text NOT NULL CHECK (audience IN ('public', 'signed_in', 'password')),
		password_hash text,
		leaf_id uuid,
		title text NOT NULL DEFAULT '',
		view_count bigint NOT NULL DEFAULT 0,
		last_viewed_at timestamptz,
		expires_at timestamptz,
		revoked_at timestamptz,
		${stamps},
		FOREIGN KEY (organization_id, leaf_id) REFERENCES messages (organization_id, id) ON DELETE CASCADE,
		CHECK ((audience = 'password') = (password_hash IS NOT NULL))
	)`,
	'CREATE INDEX share_links_user ON share_links (organization_id, user_id, id)',
	'CREATE INDEX share_links_conversation ON share_links (organization_id, conversation_id, id)',
	'CREATE INDEX share_links_leaf ON share_links (organization_id, leaf_id) WHERE leaf_id IS NOT NULL',
	// context: prompt, model, parameters and siblings as they were when it was given.
	`CREATE TABLE message_feedback (
		${owned},
		${inConversation},
		message_id uuid NOT NULL,
		thumb text CHECK (thumb IN ('up', 'down')),
		rating smallint CHECK (rating BETWEEN 1 AND 5),
		tags text[] NOT NULL DEFAULT '{}',
		comment text,
		correction text,
		context jsonb NOT NULL,
		${stamps},
		UNIQUE (organization_id, message_id, user_id),
		FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id) ON DELETE CASCADE
	)`,
	'CREATE INDEX message_feedback_user ON message_feedback (organization_id, user_id, id)',
	'CREATE INDEX message_feedback_conversation ON message_feedback (organization_id, conversation_id)',
	// The stored half of the Responses API: input and output are messages of the conversation.
	`CREATE TABLE responses (
		${owned},
		${inConversation},
		previous_id uuid,
		run_id uuid,
		input_ids uuid[] NOT NULL DEFAULT '{}',
		output_ids uuid[] NOT NULL DEFAULT '{}',
		status text NOT NULL CHECK (status IN ('queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled')),
		is_background boolean NOT NULL DEFAULT false,
		request jsonb NOT NULL,
		response jsonb,
		metadata jsonb NOT NULL DEFAULT '{}',
		completed_at timestamptz,
		${stamps},
		FOREIGN KEY (organization_id, previous_id) REFERENCES responses (organization_id, id) ON DELETE SET NULL (previous_id),
		FOREIGN KEY (organization_id, run_id) REFERENCES runs (organization_id, id) ON DELETE SET NULL (run_id)
	)`,
	'CREATE INDEX responses_user ON responses (organization_id, user_id, id)',
	'CREATE INDEX responses_conversation ON responses (organization_id, conversation_id, id)',
	'CREATE INDEX responses_previous ON responses (organization_id, previous_id) WHERE previous_id IS NOT NULL',
	'CREATE INDEX responses_run ON responses (organization_id, run_id) WHERE run_id IS NOT NULL',
	// How long conversations of a class are kept; no row: the default of the class.
	`CREATE TABLE conversation_retention (
		organization_id uuid NOT NULL REFERENCES organizations (id),
		class text NOT NULL CHECK (class IN ('active', 'archived', 'trash', 'temporary')),
		keep_days integer CHECK (keep_days BETWEEN 0 AND 36500),
		${stamps},
		PRIMARY KEY (organization_id, class)
	)`,
];

const all = 'SELECT, INSERT, UPDATE, DELETE';
const unchanging = 'SELECT, INSERT, DELETE';

const rights = [
	...[
		'folders',
		'tags',
		'conversations',
		'runs',
		'attachments',
		'share_links',
		'message_feedback',
		'responses',
		'conversation_retention',
	].map((table) => ({ table, app: all, worker: all })),
	...['conversation_tags', 'messages', 'run_logs', 'message_attachments', 'removed_files'].map((table) => ({
		table,
		app: unchanging,
		worker: unchanging,
	})),
];

const listOf = (what: string, from: string): string =>
	`coalesce((SELECT jsonb_agg(jsonb_build_object(${what}) ORDER BY r.id) FROM ${from} r WHERE r.user_id = p_user_id), '[]')`;

const messagesOf = `coalesce((SELECT jsonb_agg(jsonb_build_object('id', m.id, 'parentId', m.parent_id, 'role', m.role, 'content', m.content,
	'model', m.model, 'state', m.state, 'createdAt', m.created_at) ORDER BY m.sequence)
	FROM messages m WHERE m.organization_id = r.organization_id AND m.conversation_id = r.id), '[]')`;

/** What people say to models is part of what is kept about them. */
const exported = definerFunction({
	signature: 'export_account_conversations(p_user_id uuid)',
	returns: 'jsonb',
	volatility: 'STABLE',
	callers: 'parallama_app',
	body: `BEGIN RETURN jsonb_build_object(
		'folders', ${listOf(`'id', r.id, 'organizationId', r.organization_id, 'parentId', r.parent_id, 'name', r.name, 'systemPrompt', r.system_prompt, 'model', r.model`, 'folders')},
		'conversations', ${listOf(
			`'id', r.id, 'organizationId', r.organization_id, 'title', r.title, 'model', r.model, 'systemPrompt', r.system_prompt,
			'folderId', r.folder_id, 'tags', (SELECT coalesce(jsonb_agg(t.name ORDER BY t.name), '[]') FROM conversation_tags c
				JOIN tags t ON t.organization_id = c.organization_id AND t.id = c.tag_id
				WHERE c.organization_id = r.organization_id AND c.conversation_id = r.id),
			'createdAt', r.created_at, 'deletedAt', r.deleted_at, 'messages', ${messagesOf}`,
			'conversations',
		)},
		'attachments', ${listOf(`'id', r.id, 'organizationId', r.organization_id, 'name', r.name, 'mediaType', r.media_type, 'bytes', r.bytes, 'createdAt', r.created_at`, 'attachments')},
		'shareLinks', ${listOf(`'id', r.id, 'organizationId', r.organization_id, 'conversationId', r.conversation_id, 'audience', r.audience, 'createdAt', r.created_at, 'expiresAt', r.expires_at, 'revokedAt', r.revoked_at`, 'share_links')},
		'feedback', ${listOf(`'id', r.id, 'organizationId', r.organization_id, 'messageId', r.message_id, 'thumb', r.thumb, 'rating', r.rating, 'tags', r.tags, 'comment', r.comment, 'correction', r.correction, 'createdAt', r.created_at`, 'message_feedback')}
	); END`,
});

/** Conversations as trees of messages that never change, and what hangs on them. */
export class Conversations1795880000000 implements MigrationInterface {
	name = 'Conversations1795880000000';

	public async up(runner: QueryRunner): Promise<void> {
		const statements = [
			...inOrder,
			...rights.flatMap((table) => isolated({ ...table, definer: 'SELECT' })),
			...exported,
		];
		for (const statement of statements) await runner.query(statement);
	}

	public async down(): Promise<void> {
		throw new Error('Migrations go forward only: restore a backup instead');
	}
}
