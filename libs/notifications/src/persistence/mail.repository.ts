import { Injectable } from '@nestjs/common';
import { Config } from '#libs/config';
import type { TenantScope } from '#libs/database';
import { Sealer } from '#libs/kernel';
import type { MailContent } from '../mail.js';
import { MailEntity } from './mail.entity.js';
import { mailContext } from '../sealed-mails.js';

export interface StoredMail {
	readonly id: string;
	readonly kind: string;
	readonly recipient: string;
	readonly createdAt: Date;
}
export type ReadableMail = StoredMail & MailContent;

type SealedMail = StoredMail & { readonly organizationId: string; readonly contentSealed: string | null };

/** Mails; what they say is encrypted and bound to its row. */
@Injectable()
export class MailRepository {
	private readonly sealer: Sealer;

	constructor(config: Config) {
		this.sealer = new Sealer(config.secrets.ENCRYPTION_KEY ?? []);
	}

	async insert(scope: TenantScope, mail: Omit<StoredMail, 'createdAt'>, content: MailContent): Promise<void> {
		const { organizationId } = scope;
		await scope.transaction.manager.insert(MailEntity, {
			organizationId,
			id: mail.id,
			kind: mail.kind,
			recipient: mail.recipient,
			contentSealed: this.sealer.seal(JSON.stringify(content), mailContext(organizationId, mail.id)),
		});
	}

	/** One that is still to be sent. */
	async findPending(scope: TenantScope, id: string): Promise<ReadableMail | undefined> {
		const row = await scope.transaction.manager.findOne(MailEntity, {
			select: { organizationId: true, id: true, kind: true, recipient: true, contentSealed: true, createdAt: true },
			where: { organizationId: scope.organizationId, id, status: 'pending' },
		});
		return row === null ? undefined : this.opened(row);
	}

	/** Of whatever organization, newest first: only for operators. */
	async kept(scope: TenantScope, limit: number, before: string | undefined): Promise<ReadableMail[]> {
		const rows = await scope.transaction.manager.query<SealedMail[]>(
			`SELECT organization_id AS "organizationId", id, kind, recipient, content_sealed AS "contentSealed",
				created_at AS "createdAt" FROM read_kept_mails($1, $2)`,
			[limit, before ?? null],
		);
		return rows.map((row) => this.opened(row));
	}

	/** What it says is kept only where somebody still has to read it. */
	async close(scope: TenantScope, id: string, status: 'sent' | 'kept' | 'refused'): Promise<void> {
		await scope.transaction.manager.update(
			MailEntity,
			{ organizationId: scope.organizationId, id, status: 'pending' },
			{ status, ...(status === 'kept' ? {} : { contentSealed: null }), updatedAt: () => 'now()' },
		);
	}

	/** Returns how many there were. */
	async deleteOlderThan(scope: TenantScope, days: number): Promise<number> {
		const result = await scope.transaction.manager
			.createQueryBuilder()
			.delete()
			.from(MailEntity)
			.where('organization_id = :organizationId AND created_at < now() - make_interval(days => :days)', {
				organizationId: scope.organizationId,
				days,
			})
			.execute();
		return result.affected ?? 0;
	}

	private opened({ organizationId, contentSealed, ...mail }: SealedMail): ReadableMail {
		const content = JSON.parse(this.sealer.open(contentSealed ?? '', mailContext(organizationId, mail.id)));
		return { id: mail.id, kind: mail.kind, recipient: mail.recipient, createdAt: mail.createdAt, ...content };
	}
}
