/** Bits that a value may be given: 24 lie in a tensor of 32, so that their squares stay exact. */
export type PinnedBits = 16 | 24 | 32;

/** What the caller demands of a value. */
export interface Pin {
	readonly bits: PinnedBits;
	/** What its range reaches at least, where the float run leaves out what rounding adds: 0 by default. */
	readonly reach?: number;
	/** Whole numbers of which the float run showed all that there will be. */
	readonly whole?: boolean;
}

/** Values whose bits the caller decides, by name. */
export type Pins = ReadonlyMap<string, Pin>;
