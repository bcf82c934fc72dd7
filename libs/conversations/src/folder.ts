/** A folder of a person; what lies in it inherits its system prompt and model. */
export interface FolderRecord {
	readonly id: string;
	readonly parentId: string | null;
	readonly name: string;
	readonly systemPrompt: string | null;
	readonly model: string | null;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

export interface FolderInput {
	readonly name: string;
	readonly parentId: string | null;
	readonly systemPrompt: string | null;
	readonly model: string | null;
}

export type FolderChange = { readonly [Name in keyof FolderInput]?: FolderInput[Name] | undefined };
