/** A person's own tag. Its name is theirs once, whatever its case. */
export interface TagRecord {
	readonly id: string;
	readonly name: string;
	readonly color: string | null;
	readonly createdAt: Date;
	readonly updatedAt: Date;
}

export interface TagInput {
	readonly name: string;
	readonly color: string | null;
}

export type TagChange = { readonly [Name in keyof TagInput]?: TagInput[Name] | undefined };
