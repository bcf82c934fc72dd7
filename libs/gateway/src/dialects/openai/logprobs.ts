import type { TokenLogprob } from '#libs/providers';

const one = ({ token, logprob }: { token: string; logprob: number }): object => ({
	token,
	logprob,
	bytes: [...Buffer.from(token)],
});

/** Log probabilities in the form that chats and responses share. */
export const logprobTokens = (tokens: readonly TokenLogprob[]): object[] =>
	tokens.map((token) => ({ ...one(token), top_logprobs: token.top.map(one) }));
