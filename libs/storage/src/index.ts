export { DownloadLinks, LINK_MINUTES_MAX, type LinkedFile } from './download-links.js';
export { type ByteRange, FileStorage, type StoredFile } from './file-storage.js';
export { StorageModule, storageOf } from './storage.module.js';
