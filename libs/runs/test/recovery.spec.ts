import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { RunEvent } from '#libs/chat';
import { newId, systemScope } from '#libs/kernel';
import { RunRecovery, RunRecoveryModule } from '#libs/runs';
import { asOwner, freshDatabase, openApplication, testConfig } from '#libs/testing';
import { RunStream } from '../src/run-stream.js';

let app: INestApplicationContext;
const [organizationId, userId, conversationId, questionId] = [newId(), newId(), newId(), newId()];
const scope = systemScope(organizationId, 'test', 'r');

beforeAll(async () => {
	await freshDatabase();
	await asOwner(`INSERT INTO organizations (id, slug, name) VALUES ($1, 'o', 'O')`, [organizationId]);
	await asOwner(`INSERT INTO users (id, email, name) VALUES ($1, 'u@example.test', 'U')`, [userId]);
	await asOwner('INSERT INTO memberships (organization_id, id, user_id) VALUES ($1, $2, $3)', [
		organizationId,
		newId(),
		userId,
	]);
	await asOwner(
		'INSERT INTO conversations (organization_id, id, user_id, last_sequence, message_count, active_leaf_id) VALUES ($1, $2, $3, 1, 1, $4)',
		[organizationId, conversationId, userId, questionId],
	);
	await asOwner(
		`INSERT INTO messages (organization_id, id, conversation_id, sequence, role, content) VALUES ($1, $2, $3, 1, 'user', '[]')`,
		[organizationId, questionId, conversationId],
	);
	app = await openApplication(testConfig('worker'), [RunRecoveryModule], 'worker');
});
afterAll(() => app?.close());

/** A run as a process left it that gave its last sign of life so long ago; returns its id and its answer's. */
async function left(secondsAgo: number, pieces: readonly string[]): Promise<{ id: string; messageId: string }> {
	const [id, messageId] = [newId(), newId()];
	await asOwner(
		`INSERT INTO runs (organization_id, id, user_id, conversation_id, parent_id, state, model, parameters, heartbeat_at)
		VALUES ($1, $2, $3, $4, $5, 'running', 'm', jsonb_build_object('answerId', $6::text), now() - $7 * interval '1 second')`,
		[organizationId, id, userId, conversationId, questionId, messageId, secondsAgo],
	);
	const start: RunEvent = { type: 'start', runId: id, conversationId, parentId: questionId, messageId, model: 'm' };
	const events = [start, ...pieces.map((text): RunEvent => ({ type: 'text', text }))];
	if (pieces.length > 0) expect(await app.get(RunStream).append({ organizationId, id }, 0, events)).toBe(true);
	return { id, messageId };
}

describe('Runs that give no sign of life', () => {
	it('end with what there is of them, once; others go on', async () => {
		const [said, silent, alive] = [await left(60, ['Half an ', 'answer']), await left(60, []), await left(1, ['x'])];
		expect(await app.get(RunRecovery).recoverAll(scope)).toBe(2);
		expect(await app.get(RunRecovery).recoverAll(scope)).toBe(0);
		const runs = await asOwner<{ id: string }>('SELECT id, state, message_id FROM runs ORDER BY id');
		expect(runs).toEqual([
			{ id: said.id, state: 'interrupted', message_id: said.messageId },
			{ id: silent.id, state: 'interrupted', message_id: null },
			{ id: alive.id, state: 'running', message_id: null },
		]);
		const answers = await asOwner(`SELECT id, parent_id, content, state FROM messages WHERE role = 'assistant'`);
		expect(answers).toEqual([
			{
				id: said.messageId,
				parent_id: questionId,
				content: [{ type: 'text', text: 'Half an answer' }],
				state: 'interrupted',
			},
		]);
	});

	it('have a stream that can be written twice and is read without gaps', async () => {
		const key = { organizationId, id: newId() };
		const stream = app.get(RunStream);
		const piece = (text: string): RunEvent => ({ type: 'text', text });
		await stream.append(key, 0, [piece('a'), piece('b')]);
		await stream.append(key, 0, [piece('a'), piece('b'), piece('c')]);
		await stream.append(key, 5, [piece('f')]);
		expect((await stream.read(key, 0, 10)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
		expect((await stream.read(key, 2, 10)).map(({ sequence }) => sequence)).toEqual([3]);
	});
});
