/** A time of the chain, in seconds, for people. */
export const clockText = (seconds: number): string =>
	new Date(1000 * seconds).toISOString().replace(".000", "");
