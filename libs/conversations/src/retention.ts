/** Conversations of a class are kept equally long. */
export const retentionClasses = ['active', 'archived', 'trash', 'temporary'] as const;
export type RetentionClass = (typeof retentionClasses)[number];

/** Days for each class; `null`: for ever. */
export type Retention = Readonly<Record<RetentionClass, number | null>>;
export type RetentionChange = { readonly [Class in RetentionClass]?: number | null | undefined };

/** Where an organization says nothing. */
export const defaultRetention: Retention = { active: null, archived: null, trash: 30, temporary: 1 };
