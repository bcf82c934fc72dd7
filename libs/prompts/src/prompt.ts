export const promptVisibilities = ['personal', 'shared'] as const;
/** `shared`: everybody in the organization reads it; only its owner changes it. */
export type PromptVisibility = (typeof promptVisibilities)[number];

export const variableTypes = ['text', 'number', 'boolean', 'choice'] as const;

/** A place in a template, written `{{name}}`. */
export interface PromptVariable {
	readonly name: string;
	readonly type: (typeof variableTypes)[number];
	readonly description?: string | undefined;
	/** What stands there when nothing is given; without one a value is needed. */
	readonly default?: string | number | boolean | undefined;
	/** Of `choice`. */
	readonly choices?: readonly string[] | undefined;
}

/** Never changes. */
export interface PromptVersion {
	/** From 1. */
	readonly version: number;
	readonly template: string;
	readonly variables: readonly PromptVariable[];
	readonly model: string | null;
	readonly note: string;
	readonly createdAt: Date;
}

export interface PromptRecord {
	readonly id: string;
	readonly name: string;
	readonly description: string;
	readonly visibility: PromptVisibility;
	/** It comes with the installation. */
	readonly isBuiltIn: boolean;
	readonly isOwn: boolean;
	readonly latestVersion: number;
	/** Names of versions, such as `production`. */
	readonly labels: Readonly<Record<string, number>>;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

export type NewPromptVersion = Pick<PromptVersion, 'template' | 'variables' | 'model' | 'note'>;

export interface PromptInput {
	readonly name: string;
	readonly description: string;
	readonly visibility: PromptVisibility;
}

export type PromptChange = { readonly [Name in keyof PromptInput]?: PromptInput[Name] | undefined };

/** Which version: a number, a label, or by default the latest. */
export interface VersionChoice {
	readonly version?: number | undefined;
	readonly label?: string | undefined;
}

export interface RenderedPrompt {
	readonly text: string;
	readonly model: string | null;
	readonly version: number;
}
