/** An expected failure: what happened, and what to do about it. Shown without a stack. */
export class Failure extends Error {
	constructor(cause, remedy, { log } = {}) {
		super(cause);
		this.name = 'Failure';
		this.remedy = remedy;
		this.log = log;
	}
}

/** Not a failure: somebody asked us to stop while something was under way. */
export class Stopped extends Error {
	constructor(why) {
		super(why);
		this.name = 'Stopped';
	}
}

const BY_CODE = {
	ENOSPC: ['the disk is full', 'free some space (df -h shows where it went) and start again'],
	EDQUOT: ['your disk quota is used up', 'free some space and start again'],
	EACCES: ['not enough rights', 'run as the owner of that file or folder, or set DATA_DIR to a folder of yours'],
	EPERM: ['not enough rights', 'run as the owner of that file or folder, or set DATA_DIR to a folder of yours'],
	EROFS: ['the file system is read-only', 'set DATA_DIR to a folder that can be written'],
	EMFILE: ['too many open files', 'raise the limit (ulimit -n 4096) and start again'],
	EAGAIN: ['no more processes can be started', 'raise the limit (ulimit -u) or end some processes'],
};

/** Any error as a Failure, so that a person never meets a bare ENOSPC. */
export function asFailure(error) {
	if (error instanceof Failure || error instanceof Stopped) return error;
	const known = BY_CODE[error?.code];
	if (known) return new Failure(`${known[0]}: ${error.message}`, known[1]);
	const full = /no space left on device/i.test(String(error?.message));
	if (full) return new Failure(`${BY_CODE.ENOSPC[0]}: ${error.message}`, BY_CODE.ENOSPC[1]);
	return error;
}

/** Cause, remedy and log path as lines for a terminal. */
export function describe(error) {
	const failure = asFailure(error);
	if (!(failure instanceof Failure)) return `unexpected: ${failure?.stack ?? failure}`;
	const lines = [failure.message.trimEnd()];
	if (failure.remedy) lines.push(`  what to do: ${failure.remedy}`);
	if (failure.log) lines.push(`  log: ${failure.log}`);
	return lines.join('\n');
}
