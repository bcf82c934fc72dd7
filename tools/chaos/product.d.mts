export interface Program {
	readonly pid: number;
	start(): Promise<void>;
	kill(): Promise<void>;
	stop(): Promise<number>;
}
export interface Stores {
	readonly dir: string;
	readonly ownerUrl: string;
	readonly redisUrl: string;
	startPostgres(): Promise<void>;
	startRedis(): Promise<void>;
	killPostgres(): Promise<void>;
	killRedis(): Promise<void>;
}
/** An installation of its own: stores, mock upstream, api and worker. */
export class Product {
	static start(
		models: readonly string[],
		say: (line: string) => void,
		settings?: Readonly<Record<string, string>>,
	): Promise<Product>;
	readonly url: string;
	readonly managementUrl: string;
	readonly workerManagementUrl: string;
	readonly apiKey: string;
	readonly stores: Stores;
	readonly api: Program;
	readonly worker: Program;
	readonly mock: Program;
	stop(): Promise<boolean>;
	remove(options?: { keep?: boolean }): Promise<void>;
}
