import type { Socket } from 'node:net';

/**
 * The requests that have arrived and are not answered yet. Counted by connection, so that what a client leaves behind
 * (also requests that waited behind others on it) is gone with its connection.
 */
export class RequestsInFlight {
	private readonly open = new Map<Socket, number>();
	private total = 0;
	private onNone: (() => void) | undefined;

	get count(): number {
		return this.total;
	}

	/** A request arrived; `closed` follows when its response is closed. */
	add(socket: Socket): void {
		if (socket.destroyed) return;
		const before = this.open.get(socket);
		if (before === undefined) socket.once('close', () => this.lost(socket));
		this.open.set(socket, (before ?? 0) + 1);
		this.total++;
	}

	/** A response was written to its end, however it was written, or given up. */
	closed(socket: Socket): void {
		const count = this.open.get(socket);
		if (count === undefined) return; // its connection went first
		this.open.set(socket, count - 1);
		this.subtract(1);
	}

	/** Resolves as soon as there is none: at once, or in the tick in which the last one ends. */
	async none(): Promise<void> {
		if (this.total === 0) return;
		await new Promise<void>((resolve) => {
			this.onNone = resolve;
		});
	}

	private lost(socket: Socket): void {
		const count = this.open.get(socket) ?? 0;
		this.open.delete(socket);
		this.subtract(count);
	}

	private subtract(count: number): void {
		this.total -= count;
		if (this.total === 0) this.onNone?.();
	}
}
