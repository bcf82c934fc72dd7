import type { Candidate } from '../../alias.js';

/**
 * Whether an upstream can tell the usage in every chunk of a stream, so that a broken one is billed exactly. vLLM can, by a
 * field that strict servers refuse: only those are asked that list the model as vLLM's.
 */
export const tellsUsageContinuously = ({ provider: { kind }, owner }: Candidate): boolean =>
	kind === 'openai-compatible' && owner === 'vllm';
