import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ModelRules } from '#libs/access';

@Entity('api_keys')
export class ApiKeyEntity {
	@PrimaryColumn('uuid', { name: 'organization_id' })
	organizationId!: string;

	@PrimaryColumn('uuid')
	id!: string;

	@Column('uuid', { name: 'project_id' })
	projectId!: string;

	/** Its owner: what they may not do, the key may not do. */
	@Column('uuid', { name: 'user_id' })
	userId!: string;

	/** The public part of the credential. */
	@Column('text', { name: 'key_id' })
	keyId!: string;

	@Column('bytea', { name: 'secret_hash', select: false })
	secretHash!: Buffer;

	@Column('text', { name: 'pepper_kid', select: false })
	pepperKid!: string;

	@Column('text')
	name!: string;

	/** `null`: all that its owner may do. */
	@Column('text', { array: true, nullable: true })
	scopes!: string[] | null;

	/** Grows when the key changes. */
	@Column('integer', { default: 0 })
	epoch!: number;

	@Column('timestamptz', { name: 'expires_at', nullable: true })
	expiresAt!: Date | null;

	@Column('timestamptz', { name: 'revoked_at', nullable: true })
	revokedAt!: Date | null;

	/** The key that made it: it can never do more than that one. */
	@Column('uuid', { name: 'parent_key_id', nullable: true })
	parentKeyId!: string | null;

	/** `null`: all. */
	@Column('text', { array: true, nullable: true })
	dialects!: string[] | null;

	/** Patterns of model names; `null`: all. */
	@Column('text', { name: 'model_allow', array: true, nullable: true })
	modelAllow!: string[] | null;

	@Column('text', { name: 'model_deny', array: true, default: () => "'{}'" })
	modelDeny!: string[];

	/** CIDR; `null`: from anywhere. */
	@Column('text', { name: 'ip_ranges', array: true, nullable: true })
	ipRanges!: string[] | null;

	/** Models that its maker was limited to, when it was made for somebody else. */
	@Column('jsonb', { name: 'issuer_rules', nullable: true })
	issuerRules!: readonly ModelRules[] | null;

	@Column('jsonb', { default: () => "'{}'" })
	metadata!: Record<string, string>;

	/** Of the current secret. */
	@Column('timestamptz', { name: 'last_used_at', nullable: true })
	lastUsedAt!: Date | null;

	/** The secret before the last rotation, as long as it works. */
	@Column('bytea', { name: 'previous_secret_hash', nullable: true, select: false })
	previousSecretHash!: Buffer | null;

	@Column('text', { name: 'previous_pepper_kid', nullable: true, select: false })
	previousPepperKid!: string | null;

	@Column('timestamptz', { name: 'previous_expires_at', nullable: true })
	previousExpiresAt!: Date | null;

	@Column('timestamptz', { name: 'previous_last_used_at', nullable: true })
	previousLastUsedAt!: Date | null;

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
