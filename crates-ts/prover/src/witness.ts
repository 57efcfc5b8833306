import { readFile } from "node:fs/promises";
import { FIELD } from "@umpire/commitment/poseidon.ts";
import type { CircuitInput } from "./circuits.ts";

/** The inputs of a circuit satisfy no witness, or are not its inputs. */
export class WitnessError extends Error {
	override readonly name = "WitnessError";
}

/** The types of Node.js name WebAssembly's parts but not its functions. */
interface WebAssemblyFunctions {
	compile(bytes: Uint8Array): Promise<object>;
	readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { WebAssembly: wasmFunctions } = globalThis as unknown as { WebAssembly: WebAssemblyFunctions };

/** What circom's WebAssembly exports; field elements pass through a shared memory of 32-bit words. */
interface Exports {
	init(sanityCheck: number): void;
	getFieldNumLen32(): number;
	getInputSize(): number;
	getInputSignalSize(hashHigh: number, hashLow: number): number;
	setInputSignal(hashHigh: number, hashLow: number, position: number): void;
	getWitnessSize(): number;
	getWitness(wire: number): void;
	readSharedRWMemory(word: number): number;
	writeSharedRWMemory(word: number, value: number): void;
	getMessageChar(): number;
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
	1: "there is no such signal",
	2: "too many values were given",
	3: "a signal was given twice",
	4: "a constraint does not hold",
	5: "circom is out of memory",
	6: "an array is too short",
};

/**
 * Computes the witnesses of one circuit. Written anew instead of using snarkjs's calculator, which
 * compiles the WebAssembly for every witness (five times slower) and prints failures to stderr.
 *
 * @example const wires = (await WitnessCalculator.load(wasm)).calculate(input);
 */
export class WitnessCalculator {
	readonly #module: object;

	private constructor(module: object) {
		this.#module = module;
	}

	static async load(wasm: string): Promise<WitnessCalculator> {
		return new WitnessCalculator(await wasmFunctions.compile(await readFile(wasm)));
	}

	/** The values of all wires, the constant 1 first, then the public signals. Throws WitnessError. */
	calculate(input: CircuitInput): bigint[] {
		const circuit = this.#start();
		circuit.init(1);
		const words = circuit.getFieldNumLen32();
		let given = 0;
		for (const [signal, values] of Object.entries(input)) {
			const [high, low] = fnv(signal);
			const flat = [values].flat(2) as bigint[];
			const size = circuit.getInputSignalSize(high, low);
			if (size !== flat.length) {
				throw new WitnessError(
					`Signal ${signal} of the circuit has ${Math.max(size, 0)} values, found ${flat.length}`,
				);
			}
			flat.forEach((value, position) => {
				const reduced = ((value % FIELD) + FIELD) % FIELD;
				for (let i = 0; i < words; i++) {
					circuit.writeSharedRWMemory(i, Number((reduced >> BigInt(32 * i)) & 0xffffffffn));
				}
				circuit.setInputSignal(high, low, position);
				given++;
			});
		}
		if (given !== circuit.getInputSize()) {
			throw new WitnessError(`The circuit has ${circuit.getInputSize()} input values, found ${given}`);
		}
		return Array.from({ length: circuit.getWitnessSize() }, (_, wire) => {
			circuit.getWitness(wire);
			let value = 0n;
			for (let i = words - 1; i >= 0; i--) {
				value = (value << 32n) | BigInt(circuit.readSharedRWMemory(i) >>> 0);
			}
			return value;
		});
	}

	/** A fresh instance: one that has failed cannot be used again. */
	#start(): Exports {
		const messages: string[] = [];
		const message = (): string => {
			let text = "";
			for (let char = circuit.getMessageChar(); char !== 0; char = circuit.getMessageChar()) {
				text += String.fromCharCode(char);
			}
			return text;
		};
		const instance = new wasmFunctions.Instance(this.#module, {
			runtime: {
				exceptionHandler: (code: number): never => {
					const reason = EXCEPTIONS[code] ?? `circom's exception ${code}`;
					throw new WitnessError([`No witness: ${reason}.`, ...messages].join(" "));
				},
				printErrorMessage: () => messages.push(message().trim()),
				writeBufferMessage: () => message(),
				showSharedRWMemory: () => {},
			},
		});
		const circuit = instance.exports as Exports;
		return circuit;
	}
}

/** FNV-1a of a signal's name in two 32-bit halves: how circom's WebAssembly names inputs. */
function fnv(name: string): [number, number] {
	let hash = 0xcbf29ce484222325n;
	for (const char of Buffer.from(name)) {
		hash = BigInt.asUintN(64, (hash ^ BigInt(char)) * 0x100000001b3n);
	}
	return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}

/** The bytes of a .wtns file, which snarkjs proves from. */
export function encodeWitness(wires: readonly bigint[]): Uint8Array {
	const SIZE = 32;
	const bytes = Buffer.alloc(76 + SIZE * wires.length);
	bytes.write("wtns", 0);
	bytes.writeUInt32LE(2, 4); // version
	bytes.writeUInt32LE(2, 8); // sections
	bytes.writeUInt32LE(1, 12); // the header: size of an element, modulus, number of wires
	bytes.writeBigUInt64LE(BigInt(8 + SIZE), 16);
	bytes.writeUInt32LE(SIZE, 24);
	writeField(bytes, 28, FIELD);
	bytes.writeUInt32LE(wires.length, 60);
	bytes.writeUInt32LE(2, 64); // the wires
	bytes.writeBigUInt64LE(BigInt(SIZE * wires.length), 68);
	for (const [i, value] of wires.entries()) writeField(bytes, 76 + SIZE * i, value);
	return bytes;
}

function writeField(bytes: Buffer, at: number, value: bigint): void {
	for (let i = 0; i < 4; i++) {
		bytes.writeBigUInt64LE(BigInt.asUintN(64, value >> BigInt(64 * i)), at + 8 * i);
	}
}
