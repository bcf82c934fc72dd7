/** Who api or worker is at PostgreSQL. */
export interface DatabaseLogin {
	readonly name: string;
	readonly password: string;
	/** The group whose rights it has. */
	readonly group: 'parallama_app' | 'parallama_worker';
}
