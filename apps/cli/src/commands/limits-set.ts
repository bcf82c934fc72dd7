import { limitMetrics, limitWindows } from '#libs/metering';
import { withServices } from '../application.js';
import { type Command, type Invocation, requiredOption, UsageError } from '../command.js';
import { printResult } from '../output.js';
import {
	checkSubject,
	placeText,
	ruleExplanations,
	ruleOf,
	ruleOptions,
	subjectExplanations,
	subjectOf,
	subjectOptions,
	wordOption,
} from '../rules.js';

export const command: Command = {
	usage:
		'limits set --metric <metric> [--window <window>] --max <number> [--user <address> | --key <id> | --project <id>] [--expires <date>]',
	options: {
		metric: { type: 'string' },
		window: { type: 'string' },
		max: { type: 'string' },
		...ruleOptions,
		...subjectOptions,
	},
	explanations: {
		metric: `${limitMetrics.join(', ')}; by default requests`,
		window: `${limitWindows.join(', ')}; by default minute; concurrency has none`,
		max: 'How much there may be; 0: none at all',
		...ruleExplanations,
		...subjectExplanations,
	},
	async run(invocation) {
		checkSubject(invocation);
		const terms = { ...termsOf(invocation), max: maxOf(invocation) };
		const rule = ruleOf(invocation);
		const limit = await withServices(invocation, async (services) => {
			const subject = await subjectOf(services, invocation);
			return services.limits.set(services.scope, { ...subject, ...rule, ...terms });
		});
		printResult(
			invocation,
			limit,
			() => `${placeText(limit)}: at most ${limit.max} ${limit.metric} ${limit.window ?? ''} (${limit.id})\n`,
		);
	},
};

function termsOf(invocation: Invocation) {
	const metric = wordOption(invocation, 'metric', limitMetrics) ?? 'requests';
	const window = wordOption(invocation, 'window', limitWindows);
	if (metric !== 'concurrency') return { metric, window: window ?? 'minute' } as const;
	if (window !== undefined) throw new UsageError('--window is not for concurrency');
	return { metric, window: null };
}

function maxOf(invocation: Invocation): number {
	const text = requiredOption(invocation, 'max');
	const max = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
	if (!Number.isSafeInteger(max)) throw new UsageError('--max must be a whole number');
	return max;
}
