import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type JobContract, jobContracts } from '#libs/jobs';
import { HandlesJob, type JobHandler } from './job-handler.js';

export interface Registered {
	readonly contract: JobContract;
	readonly handler: JobHandler<unknown>;
}

/** Finds the handler of every contract. */
@Injectable()
export class HandlerRegistry {
	constructor(private readonly discovery: DiscoveryService) {}

	/** @throws Error naming every contract without a handler or with several, and every handler of an unlisted contract. */
	load(contracts: readonly JobContract[] = jobContracts): ReadonlyMap<string, Registered> {
		const found = this.discovery.getProviders({ metadataKey: HandlesJob.KEY }).map((wrapper) => ({
			contract: this.discovery.getMetadataByDecorator(HandlesJob, wrapper) as JobContract,
			handler: wrapper.instance as JobHandler<unknown>,
		}));
		const problems = problemsOf(
			contracts,
			found.map(({ contract, handler }) => ({ job: contract.name, handler: handler.constructor.name })),
		);
		if (problems.length > 0) throw new Error(`The jobs and their handlers do not match:\n  ${problems.join('\n  ')}`);
		return new Map(found.map((registered) => [registered.contract.name, registered]));
	}
}

/** Each contract has exactly one handler, each handler a listed contract, each name one contract. */
export function problemsOf(
	contracts: readonly Pick<JobContract, 'name'>[],
	handlers: readonly { readonly job: string; readonly handler: string }[],
): string[] {
	const names = contracts.map(({ name }) => name);
	const repeated = names.filter((name, at) => names.indexOf(name) !== at);
	const unhandled = names.filter((name) => !handlers.some(({ job }) => job === name));
	const unlisted = handlers.filter(({ job }) => !names.includes(job));
	const contested = [...Map.groupBy(handlers, ({ job }) => job)].filter(([, mine]) => mine.length > 1);
	return [
		...repeated.map((name) => `${name} is listed twice`),
		...unhandled.map((name) => `${name} has no handler`),
		...unlisted.map(({ job, handler }) => `${handler} handles ${job}, which is not listed`),
		...contested.map(([job, mine]) => `${job} has several handlers: ${mine.map(({ handler }) => handler).join(', ')}`),
	];
}
