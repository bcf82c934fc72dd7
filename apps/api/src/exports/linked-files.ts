import { Injectable, StreamableFile } from '@nestjs/common';
import { create } from 'content-disposition';
import { missing, systemScope } from '#libs/kernel';
import { DownloadLinks, FileStorage } from '#libs/storage';

/** Files behind links: for whoever has one, until it is over or the file is gone. */
@Injectable()
export class LinkedFiles {
	constructor(
		private readonly links: DownloadLinks,
		private readonly storage: FileStorage,
	) {}

	/** @throws AppError missing for a link that is none, over, or of a file that is gone */
	async open(token: string): Promise<StreamableFile> {
		const { organizationId, path, name, mediaType } = this.links.read(token);
		const scope = systemScope(organizationId, 'download', 'download');
		const length = await this.storage.size(scope, path);
		if (length === undefined) throw missing('The file');
		return new StreamableFile(await this.storage.get(scope, path), {
			type: mediaType,
			disposition: create(name),
			length,
		});
	}
}
