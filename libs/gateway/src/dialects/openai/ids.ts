/** An id of OpenAI's form that is the same each time it is made for a call. */
export const idFor = (prefix: string, requestId: string): string =>
	`${prefix}${requestId.replaceAll('-', '').slice(0, 32)}`;

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
