import type { ChatRequest } from '../../chat.js';
import type { Untranslatable } from '../../untranslatable.js';
import { forbidsSampling } from './api-version.js';

/** What of the body is about thinking. */
export interface Thinking {
	readonly thinking: object | undefined;
	readonly effort: string | undefined;
	/** Tokens set apart for thinking inside the output cap; 0: the model decides. */
	readonly budget: number;
}

const LEAST_BUDGET = 1_024;
const NONE: Thinking = Object.freeze({ thinking: undefined, effort: undefined, budget: 0 });

const budgets = { minimal: LEAST_BUDGET, low: 2_048, medium: 8_192, high: 16_384, max: 32_768 } as const;
const efforts = { minimal: 'low', low: 'low', medium: 'medium', high: 'high', max: 'max' } as const;

/** Claude models before 4.6 take a budget only; what is no Claude is taken for one of them. */
const takesBudgetOnly = (model: string): boolean =>
	!model.includes('claude') ||
	/claude-(?:instant|[23]|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:@|-latest|-\d{8}|$))/.test(model);

/** How much a model shall think, in the form that API version and model take. */
export function encodeThinking(request: ChatRequest, lost: Untranslatable, version: string): Thinking {
	const { reasoning, reasoningBudget, toolChoice, tools } = request;
	if (reasoning === undefined && reasoningBudget === undefined) return NONE;
	if (reasoning === false) return { ...NONE, thinking: { type: 'disabled' } };
	if (tools.length > 0 && (toolChoice === 'required' || typeof toolChoice === 'object')) {
		lost.add('reasoning_effort', 'cannot be combined with a forced tool call for this model');
		return NONE;
	}
	const level = typeof reasoning === 'string' ? reasoning : undefined;
	if (reasoningBudget === undefined && (forbidsSampling(version) || !takesBudgetOnly(request.model)))
		return { thinking: { type: 'adaptive' }, effort: level === undefined ? undefined : efforts[level], budget: 0 };
	return withBudget(reasoningBudget ?? budgets[level ?? 'medium'], request.maxTokens, lost);
}

/** The budget is a part of the output cap. */
function withBudget(wanted: number, cap: number | undefined, lost: Untranslatable): Thinking {
	if (cap !== undefined && cap <= LEAST_BUDGET) {
		lost.add('reasoning_effort', `needs an output cap above ${LEAST_BUDGET} tokens for this model`);
		return NONE;
	}
	const budget = Math.max(LEAST_BUDGET, cap === undefined ? wanted : Math.min(wanted, cap - 1));
	return { thinking: { type: 'enabled', budget_tokens: budget }, effort: undefined, budget };
}
