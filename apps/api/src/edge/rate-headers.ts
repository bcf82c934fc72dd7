import type { FastifyReply } from 'fastify';
import type { RateClaim, RateVerdict } from '#libs/redis';

const seconds = (ms: number): number => Math.ceil(ms / 1_000);

/**
 * `RateLimit-Policy` (so many in so many seconds) and `RateLimit` (so many left for the next `t` seconds), as
 * draft-ietf-httpapi-ratelimit-headers-11 has them; on success and refusal alike.
 */
export function setRateHeaders(reply: FastifyReply, claims: readonly RateClaim[], verdict: RateVerdict): void {
	const policies = claims.map(({ limit }) => `"${limit.name}";q=${limit.burst};w=${seconds(limit.perMs)}`);
	const states = claims.map(({ limit }, at) => {
		const { left = 0, nextInMs = 0 } = verdict.quotas[at] ?? {};
		const isDenied = !verdict.isAllowed && verdict.deniedBy === at;
		return `"${limit.name}";r=${left};t=${seconds(isDenied ? verdict.retryAfterMs : nextInMs)}`;
	});
	void reply.header('ratelimit-policy', policies.join(', ')).header('ratelimit', states.join(', '));
}
