/** Replaces `[start, end)` of the original body by `bytes`. Edits do not overlap. */
export interface Edit {
	readonly start: number;
	readonly end: number;
	readonly bytes: string;
}

/** The original bytes with some pieces replaced; everything else stays as the client wrote it. */
export function splice(body: Buffer, edits: readonly Edit[]): Buffer {
	if (edits.length === 0) return body;
	const pieces: Buffer[] = [];
	let at = 0;
	for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
		pieces.push(body.subarray(at, edit.start), Buffer.from(edit.bytes));
		at = edit.end;
	}
	pieces.push(body.subarray(at));
	return Buffer.concat(pieces);
}
