export type * from './prompt.js';
export { promptVisibilities, variableTypes } from './prompt.js';
export { PromptsModule } from './prompts.module.js';
export { PromptsService } from './prompts.service.js';
export { namesIn, type PromptValues } from './template.js';
