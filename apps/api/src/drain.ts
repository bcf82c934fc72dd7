import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ActiveCalls, ModelManagement } from '#libs/gateway';
import { AppError } from '#libs/kernel';
import { LedgerFlusher } from '#libs/metering';
import { LiveRuns } from '#libs/runs';
import type { Api } from './create-api.js';
import { ProgressEvents } from './edge/progress-events.js';

const LAST_BYTES_MS = 500;

/**
 * Takes no new connection, ends each one with the answer it is giving, and waits for streams up to `graceMs`; those that
 * are left then end with an error that their clients can see. Answers that nobody listens to are waited for alike.
 * Connections that ask for nothing, or follow a job of the worker, are not waited for. Writes the ledger, closes the
 * application.
 */
export async function drain({ app, hooks }: Api, graceMs: number): Promise<void> {
	const server: Server = app.getHttpServer();
	hooks.isDraining = true;
	app.get(ProgressEvents, { strict: false }).endAll();
	const isClosed = new Promise<void>((resolve) => {
		server.close(() => resolve());
	});
	const areAnswered = Promise.all([hooks.inFlight.none(), app.get(LiveRuns, { strict: false }).none()]);
	if (!(await within(areAnswered, graceMs))) {
		app.get(ActiveCalls, { strict: false }).cutAll(ending());
		app.get(ModelManagement, { strict: false }).cutAll(ending());
		await within(areAnswered, LAST_BYTES_MS);
	}
	server.closeAllConnections();
	await isClosed;
	await app.get(LedgerFlusher, { strict: false }).drain();
	await app.close();
}

const ending = (): AppError =>
	new AppError('unavailable', 'shutting_down', 'This server is shutting down: try again', { retryAfterMs: 1_000 });

async function within(event: Promise<unknown>, limitMs: number): Promise<boolean> {
	const timeout = new AbortController();
	const late = pause(limitMs, false, { signal: timeout.signal }).catch(() => false);
	const inTime = await Promise.race([event.then(() => true), late]);
	timeout.abort();
	return inTime;
}
