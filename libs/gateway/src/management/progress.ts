import { AppError } from '#libs/kernel';
import { MAX_LINE_BYTES } from '#libs/providers';

const LF = 0x0a;

/** Lines of progress, as Ollama sends them: whole ones pass at once, but the one that says that all is done at the end. */
export class Progress {
	/** What the server gave as the reason of its failure. */
	failure: string | undefined;
	private last = '';
	private rest: Buffer | undefined;

	get isDone(): boolean {
		return this.last !== '';
	}

	/** What the client gets now: whole lines. @throws AppError upstream `upstream_line_too_long` */
	feed(bytes: Buffer): Buffer | undefined {
		const data = this.rest === undefined ? bytes : Buffer.concat([this.rest, bytes]);
		const end = data.lastIndexOf(LF) + 1;
		this.rest = end === data.length ? undefined : data.subarray(end);
		if (this.rest !== undefined && this.rest.length > MAX_LINE_BYTES)
			throw new AppError('upstream', 'upstream_line_too_long', 'The upstream sent a line without end');
		return end === 0 ? undefined : this.lines(data.subarray(0, end));
	}

	/** What is due now that the server has ended. */
	end(): Buffer | undefined {
		const { rest } = this;
		this.rest = undefined;
		const lines = rest === undefined ? undefined : this.lines(Buffer.concat([rest, Buffer.from('\n')]));
		if (!this.isDone || this.failure !== undefined) return lines;
		return Buffer.concat([lines ?? Buffer.alloc(0), Buffer.from(this.last)]);
	}

	private lines(data: Buffer): Buffer | undefined {
		const passed: string[] = [];
		for (const line of data.toString('utf8').split('\n')) {
			if (line.trim() === '' || this.isDone) continue;
			const status = this.statusOf(line);
			if (this.failure !== undefined) break;
			if (status === 'success') this.last = `${line}\n`;
			else passed.push(`${line}\n`);
		}
		return passed.length === 0 ? undefined : Buffer.from(passed.join(''));
	}

	private statusOf(line: string): unknown {
		try {
			const { status, error } = JSON.parse(line) as { status?: unknown; error?: unknown };
			if (typeof error === 'string') this.failure = error;
			return status;
		} catch (cause) {
			throw new AppError('upstream', 'upstream_garbage', 'The upstream sent something that is not JSON', { cause });
		}
	}
}
