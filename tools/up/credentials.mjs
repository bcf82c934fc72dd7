// DATA_DIR/bootstrap.json: what was generated on the first start, and is needed again on each one.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../services/failure.mjs';
import { readJson, writeJson } from '../services/files.mjs';

const SECRETS = ['JWT_PRIVATE_KEY', 'KEY_PEPPER', 'ENCRYPTION_KEY'];
const ADMIN = ['BOOTSTRAP_ADMIN_EMAIL', 'BOOTSTRAP_ADMIN_PASSWORD', 'BOOTSTRAP_API_KEY'];
const LOGINS = ['appRole', 'appPassword', 'workerRole', 'workerPassword'];

const newLogins = () => ({
	appRole: `parallama_app_${randomBytes(4).toString('hex')}`,
	appPassword: randomBytes(24).toString('hex'),
	workerRole: `parallama_worker_${randomBytes(4).toString('hex')}`,
	workerPassword: randomBytes(24).toString('hex'),
});

/** Generated values and logins of a DATA_DIR; `generate()` makes the values of the first start. */
export class Credentials {
	#file;
	#saved;

	static async load(dataDir, generate) {
		const file = join(dataDir, 'bootstrap.json');
		const saved = readJson(file);
		const missing = [...SECRETS, ...ADMIN, ...LOGINS].filter((name) => typeof saved?.[name] !== 'string');
		if (existsSync(file) && missing.length > 0)
			throw new Failure(
				`${file} is damaged (${saved ? `${missing.join(', ')} missing` : 'no JSON'})`,
				`restore it; or give everything up and start anew: npm run services remove && rm -r ${dataDir}`,
			);
		if (saved) return new Credentials(file, saved);
		const fresh = { ...(await generate()), ...newLogins() };
		writeJson(file, fresh); // on disk before any of it is used
		return new Credentials(file, fresh);
	}

	constructor(file, saved) {
		this.#file = file;
		this.#saved = saved;
	}

	/** The three secrets; those of the environment win. */
	secrets(get) {
		return Object.fromEntries(SECRETS.map((name) => [name, get(name) ?? this.#saved[name]]));
	}

	/** Who the first admin shall be; what the environment says wins. */
	admin(get) {
		return Object.fromEntries(ADMIN.map((name) => [name, get(name) ?? this.#saved[name]]));
	}

	/** Login roles of api and worker: {app: {name, password, group}, worker} */
	get logins() {
		const { appRole, appPassword, workerRole, workerPassword } = this.#saved;
		return {
			app: { name: appRole, password: appPassword, group: 'parallama_app' },
			worker: { name: workerRole, password: workerPassword, group: 'parallama_worker' },
		};
	}

	/** True once a bootstrap with the saved password is known to have made the admin. */
	get confirmed() {
		return this.#saved.confirmed === true;
	}

	/** Keeps what the bootstrap made of it, so that the next start prints what works. */
	keep(changes) {
		const next = { ...this.#saved, ...changes };
		if (JSON.stringify(next) !== JSON.stringify(this.#saved)) writeJson(this.#file, next);
		this.#saved = next;
	}

	get saved() {
		return this.#saved;
	}
}
