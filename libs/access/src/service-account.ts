/** A non-human owner of API keys. It has roles as people do, and cannot sign in. */
export interface ServiceAccount {
	readonly id: string;
	readonly name: string;
	/** Suspended: none of its keys works. */
	readonly status: 'active' | 'suspended';
	readonly roles: readonly string[];
	readonly createdAt: Date;
}

export interface NewServiceAccount {
	readonly name: string;
	/** Name of a role that its maker may give. */
	readonly role: string;
}

export interface ServiceAccountChange {
	readonly name?: string | undefined;
	readonly status?: ServiceAccount['status'] | undefined;
}
