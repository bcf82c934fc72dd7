const SHARE = 0.2;
const LEAST = 3;
const MOST = 100;

/**
 * How often an upstream is asked again: for a fifth of the calls, and three more. So an upstream that is down gets little
 * more than the calls themselves.
 */
export class RetryBudget {
	private balance = LEAST;

	/** A call is made for the first time. */
	deposit(): void {
		this.balance = Math.min(this.balance + SHARE, MOST);
	}

	/** Whether one may be made again; takes it from the budget. */
	withdraw(): boolean {
		if (this.balance < 1) return false;
		this.balance--;
		return true;
	}
}
