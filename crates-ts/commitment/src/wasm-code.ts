/** Local variables, memory and constants of straight-line WebAssembly; no control flow is needed here. */
const OP = {
	end: 0x0b,
	call: 0x10,
	localGet: 0x20,
	localSet: 0x21,
	localTee: 0x22,
	i64Load: 0x29,
	i64Store: 0x37,
	i32Const: 0x41,
	i64Const: 0x42,
	i32Add: 0x6a,
	i64Add: 0x7c,
	i64Mul: 0x7e,
	i64And: 0x83,
	i64Or: 0x84,
	i64Shl: 0x86,
	i64ShrU: 0x88,
} as const;

const I32 = 0x7f;
const I64 = 0x7e;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
	const bytes: number[] = [];
	let rest = value;
	do {
		bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
		rest >>>= 7;
	} while (rest > 0);
	return bytes;
}

/** Signed LEB128. */
function signed(value: bigint): number[] {
	const bytes: number[] = [];
	for (let rest = value; ; rest >>= 7n) {
		const low = Number(rest & 0x7fn);
		const done = rest >> 6n === 0n || rest >> 6n === -1n;
		bytes.push(done ? low : low | 0x80);
		if (done) return bytes;
	}
}

/** The body of a function whose parameters are i32 addresses and whose local variables are i64. */
export class WasmFunction {
	readonly name: string | undefined;
	readonly parameters: number;
	#locals = 0;
	readonly #bytes: number[] = [];

	/** @param name its exported name, if it is exported */
	constructor(parameters: number, name?: string) {
		this.parameters = parameters;
		this.name = name;
	}

	/** A new i64 variable. */
	local(): number {
		return this.parameters + this.#locals++;
	}

	#emit(...bytes: readonly number[]): this {
		for (const byte of bytes) this.#bytes.push(byte);
		return this;
	}

	get(variable: number): this {
		return this.#emit(OP.localGet, ...unsigned(variable));
	}

	set(variable: number): this {
		return this.#emit(OP.localSet, ...unsigned(variable));
	}

	tee(variable: number): this {
		return this.#emit(OP.localTee, ...unsigned(variable));
	}

	constant(value: bigint): this {
		return this.#emit(OP.i64Const, ...signed(BigInt.asIntN(64, value)));
	}

	address(value: number): this {
		return this.#emit(OP.i32Const, ...signed(BigInt(value)));
	}

	/** The i64 at the address on the stack, plus `offset` bytes. */
	load(offset: number): this {
		return this.#emit(OP.i64Load, 3, ...unsigned(offset));
	}

	/** Stores the i64 on top of the stack at the address below it, plus `offset` bytes. */
	store(offset: number): this {
		return this.#emit(OP.i64Store, 3, ...unsigned(offset));
	}

	addressAdd = (): this => this.#emit(OP.i32Add);
	add = (): this => this.#emit(OP.i64Add);
	multiply = (): this => this.#emit(OP.i64Mul);
	and = (): this => this.#emit(OP.i64And);
	or = (): this => this.#emit(OP.i64Or);
	shiftLeft = (bits: number): this => this.constant(BigInt(bits)).#emit(OP.i64Shl);
	shiftRight = (bits: number): this => this.constant(BigInt(bits)).#emit(OP.i64ShrU);
	call = (index: number): this => this.#emit(OP.call, ...unsigned(index));

	/** The function's entry in the code section. */
	encode(): number[] {
		const locals = this.#locals === 0 ? [0] : [1, ...unsigned(this.#locals), I64];
		const body = [...locals, ...this.#bytes, OP.end];
		return [...unsigned(body.length), ...body];
	}
}

/** A module of functions over one memory, imported as env.memory. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array {
	const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
	const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
	const text = (name: string) => [...unsigned(name.length), ...new TextEncoder().encode(name)];
	const type = ({ parameters }: WasmFunction) => [
		0x60,
		...unsigned(parameters),
		...new Array(parameters).fill(I32),
		0,
	];
	const exported = functions.flatMap(({ name }, index) =>
		name === undefined ? [] : [[...text(name), 0, ...unsigned(index)]],
	);
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
		...section(1, list(functions.map(type))),
		...section(2, list([[...text("env"), ...text("memory"), 2, 0, 1]])),
		...section(3, list(functions.map((_, index) => unsigned(index)))),
		...section(7, list(exported)),
		...section(10, list(functions.map((f) => f.encode()))),
	]);
}
