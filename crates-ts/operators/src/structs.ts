import type { Hex, Width } from "@umpire/commitment/constants.ts";

/** Coordinate, Operand and Descriptor mirror the Solidity structs (protocol section 2). */
export interface Coordinate {
	readonly base: number;
	readonly coefficients: readonly number[];
	readonly divisor: number;
	readonly modulus: number;
	readonly size: number;
	readonly stride: number;
}

export interface Operand {
	readonly source: number;
	readonly index: number;
	/** Of a state: the input that it is in the first step; otherwise 0. */
	readonly initial: number;
	readonly width: Width;
	readonly elements: number;
	readonly outside: number;
	readonly coordinates: readonly Coordinate[];
}

export interface Descriptor {
	readonly kind: number;
	readonly width: Width;
	readonly elements: number;
	readonly outputRadix: readonly number[];
	readonly reductionRadix: readonly number[];
	readonly operands: readonly Operand[];
	readonly constants: readonly number[];
	readonly low: number;
	readonly high: number;
	readonly rowsRoot: Hex;
	readonly rowCount: number;
	readonly row: Coordinate;
}

/** The struct behind a program root (protocol section 2). */
export interface ProgramHeader {
	readonly operatorsRoot: Hex;
	readonly constantsRoot: Hex;
	readonly operatorCount: number;
	readonly constantCount: number;
	readonly inputCount: number;
	readonly steps: number;
	readonly outputOperator: number;
	readonly outputElements: number;
	readonly outputWidth: Width;
	readonly lazy: boolean;
	/** Steps of a segment, 0 if the program has none. */
	readonly segment: number;
	/** The hash of the signature (signature.ts): what inputs and outputs mean. */
	readonly signature: Hex;
	/** An element v of the primary output stands for v · outputMantissa · 2^outputExponent. */
	readonly outputMantissa: number;
	readonly outputExponent: number;
}
