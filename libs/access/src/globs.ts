/**
 * Whether a name fits a pattern: `*` stands for any text, also with slashes and colons, `?` for one character, everything
 * else for itself. Takes time in proportion to pattern × name at most, whatever the pattern is.
 */
export function fitsGlob(pattern: string, name: string): boolean {
	let [p, n] = [0, 0];
	let star = -1;
	let afterStar = 0;
	while (n < name.length) {
		const sign = pattern[p];
		if (sign === '*') {
			star = p++;
			afterStar = n;
		} else if (sign !== undefined && (sign === '?' || sign === name[n])) {
			p++;
			n++;
		} else if (star >= 0) {
			p = star + 1; // the star takes one character more
			n = ++afterStar;
		} else return false;
	}
	while (pattern[p] === '*') p++;
	return p === pattern.length;
}
