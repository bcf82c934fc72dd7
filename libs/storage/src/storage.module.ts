import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { S3Client } from '@aws-sdk/client-s3';
import { Config, type StorageSettings } from '#libs/config';
import { DiskStorage } from './disk-storage.js';
import { DownloadLinks } from './download-links.js';
import { FileStorage } from './file-storage.js';
import { S3Storage } from './s3-storage.js';

/** Where `STORAGE_URL` says that files lie. */
export function storageOf(settings: StorageSettings): FileStorage {
	const { STORAGE_URL: url, DATA_DIR } = settings;
	if (url === undefined) return new DiskStorage(resolve(DATA_DIR, 'files'));
	if (url.startsWith('file:')) return new DiskStorage(fileURLToPath(url));
	const { hostname, pathname } = new URL(url);
	const prefix = pathname.replace(/^\//, '').replace(/(?<!\/)$/, '/');
	return new S3Storage(clientOf(settings), { bucket: hostname, prefix: prefix === '/' ? '' : prefix });
}

function clientOf(settings: StorageSettings): S3Client {
	const { S3_REGION, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = settings;
	const isNamed = S3_ACCESS_KEY_ID !== undefined && S3_SECRET_ACCESS_KEY !== undefined;
	return new S3Client({
		region: S3_REGION,
		// other servers than Amazon's are asked by path, and not for checksums that few of them know
		...(S3_ENDPOINT === undefined ? {} : { endpoint: S3_ENDPOINT, forcePathStyle: true }),
		requestChecksumCalculation: 'WHEN_REQUIRED',
		responseChecksumValidation: 'WHEN_REQUIRED',
		...(isNamed ? { credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY } } : {}),
	});
}

@Module({
	providers: [
		{ provide: FileStorage, useFactory: ({ storage }: Config) => storageOf(storage), inject: [Config] },
		DownloadLinks,
	],
	exports: [FileStorage, DownloadLinks],
})
export class StorageModule {}
