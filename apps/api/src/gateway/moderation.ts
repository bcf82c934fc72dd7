import type { FastifyRequest } from 'fastify';
import { answerModeration, dialectNotAllowed, type ModerationAnswer } from '#libs/gateway';

/** Judges the texts of a request. @throws AppError invalid; denied `dialect_not_allowed` */
export function moderated({ body, id, scope }: FastifyRequest): ModerationAnswer {
	if (scope?.models?.allowsDialect('openai') === false) throw dialectNotAllowed('openai');
	return answerModeration(Buffer.isBuffer(body) ? body : Buffer.alloc(0), id);
}
