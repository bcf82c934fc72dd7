import { Column, Entity, PrimaryColumn } from 'typeorm';

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

	@Column('timestamptz', { name: 'created_at', default: () => 'now()' })
	createdAt!: Date;

	@Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
	updatedAt!: Date;
}
