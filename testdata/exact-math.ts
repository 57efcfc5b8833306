/**
 * Exponential, cosine and sine from +, ×, ÷ alone, so that training gives the same weights on
 * every machine (engines are free to differ in the last bits of Math.exp and Math.cos).
 */

/** e^x for |x| < 700. */
export function exponential(x: number): number {
	const halvings = Math.round(x / Math.LN2);
	const rest = x - halvings * Math.LN2;
	let term = 1;
	let sum = 1;
	for (let n = 1; n < 14; n++) {
		term *= rest / n;
		sum += term;
	}
	return sum * 2 ** halvings;
}

/** The sine of an angle in turns. */
export function sine(turns: number): number {
	const x = (turns - Math.round(turns)) * 2 * Math.PI;
	let term = x;
	let sum = x;
	for (let n = 1; n < 14; n++) {
		term *= (-x * x) / (2 * n * (2 * n + 1));
		sum += term;
	}
	return sum;
}

/** The cosine of an angle in turns. */
export function cosine(turns: number): number {
	return sine(turns + 0.25);
}
