import { everything, type Services, withServices } from '../application.js';
import { type Command, type Invocation, textOption } from '../command.js';
import { printResult, table } from '../output.js';
import { anything, checkSubject, placeText, subjectExplanations, subjectOf, subjectOptions } from '../rules.js';

export const command: Command = {
	usage: 'limits show [--user <address> | --key <id> | --project <id>] [--organization <slug>]',
	options: subjectOptions,
	explanations: { ...subjectExplanations, project: 'Id of a project; without any: every limit that was set' },
	async run(invocation) {
		checkSubject(invocation);
		const isAboutSomebody = ['user', 'key', 'project'].some((name) => textOption(invocation, name) !== undefined);
		await withServices(invocation, (services) =>
			isAboutSomebody ? showBinding(services, invocation) : showAll(services, invocation),
		);
	},
};

async function showAll({ scope, limits }: Services, invocation: Invocation): Promise<void> {
	const items = await everything((page) => limits.list(scope, {}, page));
	printResult(invocation, { items }, () =>
		table(
			['id', 'binds', 'metric', 'window', 'max', 'dialect', 'model', 'expires', 'reason'],
			items.map((limit) => [
				limit.id,
				placeText(limit),
				limit.metric,
				limit.window,
				limit.max,
				limit.dialect,
				limit.model,
				limit.expiresAt?.toISOString(),
				limit.reason,
			]),
		),
	);
}

/** What binds somebody, and where it comes from. */
async function showBinding(services: Services, invocation: Invocation): Promise<void> {
	const { attachment, attachmentId } = await subjectOf(services, invocation);
	const { limits } = await services.rules.explain(services.scope, { ...anything, [`${attachment}Id`]: attachmentId });
	printResult(invocation, { items: limits }, () =>
		table(
			['binds', 'metric', 'window', 'max', 'from', 'dialect', 'model'],
			limits.map((limit) => [
				placeText(limit),
				limit.metric,
				limit.window,
				limit.max,
				limit.source,
				limit.dialect,
				limit.model,
			]),
		),
	);
}
