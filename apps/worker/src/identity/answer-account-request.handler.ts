import { AccountRequestAnswers } from '#libs/identity';
import { answerAccountRequest } from '#libs/jobs';
import type { Scope } from '#libs/kernel';
import { type Delivery, HandlesJob, type JobHandler } from '../runner/job-handler.js';

@HandlesJob(answerAccountRequest)
export class AnswerAccountRequestHandler implements JobHandler<{ requestId: string }> {
	constructor(private readonly answers: AccountRequestAnswers) {}

	async handle(scope: Scope, { requestId }: { requestId: string }, delivery: Delivery): Promise<void> {
		await this.answers.answer(scope, requestId, (tenant) => delivery.finish(tenant));
	}
}
