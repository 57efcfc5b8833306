import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { send } from "@umpire/chain/send.ts";
import { chainTime, travel } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import type { Action } from "@umpire/game/move.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { programRoot } from "@umpire/operators/program-commitment.ts";
import fc from "fast-check";
import { zeroAddress } from "viem";

/** What an attacker may do with its own junk and with others' claims; numbers are taken modulo what there is. */
export type HostileMove =
	| { readonly type: "register"; readonly lazy: boolean; readonly leaves: number; readonly steps: number }
	| { readonly type: "request"; readonly program: number; readonly root: number; readonly soon: boolean }
	| { readonly type: "claim"; readonly request: number; readonly root: number }
	| { readonly type: "bind"; readonly claim: number; readonly root: number }
	| { readonly type: "challenge"; readonly claim: number }
	| { readonly type: "open"; readonly tree: number; readonly children: number }
	| { readonly type: "publish"; readonly words: number }
	| { readonly type: "timeout"; readonly dispute: number }
	| { readonly type: "reclaim"; readonly dispute: number }
	| { readonly type: "finalise"; readonly claim: number }
	| { readonly type: "refund"; readonly request: number }
	| { readonly type: "withdraw"; readonly from: "market" | "court" }
	| { readonly type: "wait"; readonly seconds: number };

const nat = fc.nat(50);
/** Roots that somebody may mistake for "nothing", and others. */
const root = fc.nat(3);

export const hostileMove: fc.Arbitrary<HostileMove> = fc.oneof(
	fc.record({
		type: fc.constant("register"),
		lazy: fc.boolean(),
		leaves: fc.nat(2),
		steps: fc.integer({ min: 1, max: 3 }),
	}),
	fc.record({ type: fc.constant("request"), program: nat, root, soon: fc.boolean() }),
	fc.record({ type: fc.constant("claim"), request: nat, root }),
	fc.record({ type: fc.constant("bind"), claim: nat, root }),
	fc.record({ type: fc.constant("challenge"), claim: nat }),
	fc.record({
		type: fc.constant("open"),
		tree: fc.constantFrom(1, 2, 3),
		children: fc.constantFrom(2, 3, 64),
	}),
	fc.record({ type: fc.constant("publish"), words: fc.nat(2) }),
	fc.record({ type: fc.constant("timeout"), dispute: nat }),
	fc.record({ type: fc.constant("reclaim"), dispute: nat }),
	fc.record({ type: fc.constant("finalise"), claim: nat }),
	fc.record({ type: fc.constant("refund"), request: nat }),
	fc.record({ type: fc.constant("withdraw"), from: fc.constantFrom("market", "court") }),
	fc.record({ type: fc.constant("wait"), seconds: fc.constantFrom(1, 60, 400, 2000) }),
);

/** Sends hostile moves; those that the contracts refuse are nothing. */
export class Attacker {
	readonly #world: World;
	readonly #programs: ProgramHeader[] = [];
	#requests: number;
	#claims = 0;
	#disputes = 0;

	/** @param claims how many claims there are already, and requests likewise */
	constructor(world: World, requests: number, claims: number) {
		this.#world = world;
		[this.#requests, this.#claims] = [requests, claims];
	}

	/** True iff the contracts took the move. */
	async make(move: HostileMove): Promise<boolean> {
		const { parameters } = this.#world.contracts.deployment;
		const pick = (number: number, count: number) => 1 + (number % Math.max(count, 1));
		switch (move.type) {
			case "register": {
				const header = junkHeader(move.lazy, move.leaves, move.steps);
				this.#programs.push(header);
				return this.#send({ type: "register", header });
			}
			case "request": {
				const header = this.#programs.at(move.program % Math.max(this.#programs.length, 1));
				if (header === undefined) return false;
				const time = Number(await chainTime(this.#world.contracts.connection));
				const deadline = move.soon ? time + 30 : 2 ** 32 - 1;
				const inputsRoot = header.inputCount === 0 ? wordHex(0n) : rootOf(Math.max(move.root, 1));
				const program = programRoot(header);
				const consumer = zeroAddress;
				const made = await this.#send({
					type: "request",
					value: 0n,
					program,
					inputsRoot,
					deadline,
					consumer,
				});
				if (made) this.#requests++;
				return made;
			}
			case "claim": {
				const value = parameters.submitterBond;
				const request = pick(move.request, this.#requests);
				const words = [0n, 0n, 0n, 0n, 0n];
				const outputs = [rootOf(move.root), await leafRoot()];
				for (const output of outputs) {
					const opening = { root: output, operatorPath: [], stepPath: [], words };
					for (const traceRoot of [wordHex(0n), output]) {
						if (await this.#send({ type: "claim", value, request, traceRoot, opening })) {
							this.#claims++;
							return true;
						}
					}
				}
				return false;
			}
			case "bind": {
				const claim = pick(move.claim, this.#claims);
				for (const traceRoot of [rootOf(move.root), await leafRoot()]) {
					const rest = { segment: 0, lastStep: traceRoot, stepPath: [], claimPath: [] };
					if (await this.#send({ type: "bindTrace", claim, traceRoot, ...rest })) return true;
				}
				return false;
			}
			case "challenge": {
				const entry = { descriptor: "0x", path: [] } as const;
				const value = parameters.challengerBond;
				const claim = pick(move.claim, this.#claims);
				const made = await this.#send({ type: "challenge", value, claim, entry });
				if (made) this.#disputes++;
				return made;
			}
			case "open": {
				const children = Array.from({ length: move.children }, (_, i) => wordHex(BigInt(i % 2)));
				return this.#send({ type: "open", tree: move.tree, childLevel: 0, children });
			}
			case "publish": {
				const words = [BigInt(move.words), 0n, 0n, 0n, 0n];
				return this.#send({ type: "publishLeaf", width: 8, count: 1 + move.words, words });
			}
			case "timeout":
				return this.#send({ type: "timeout", dispute: pick(move.dispute, this.#disputes) });
			case "reclaim":
				return this.#send({ type: "reclaim", dispute: pick(move.dispute, this.#disputes) });
			case "finalise":
				return this.#send({ type: "finalise", claim: pick(move.claim, this.#claims) });
			case "refund":
				return this.#send({ type: "refund", request: pick(move.request, this.#requests) });
			case "withdraw":
				return this.#send({ type: "withdraw", from: move.from });
			case "wait":
				await travel(this.#world.contracts.connection, BigInt(move.seconds));
				return true;
		}
	}

	async #send(action: Action): Promise<boolean> {
		const { signer, contracts } = this.#world;
		return send(signer, callOf(contracts, action)).then(
			() => true,
			() => false,
		);
	}
}

const rootOf = (number: number): Hex => wordHex(BigInt(number) === 3n ? 2n ** 256n - 1n : BigInt(number));

/** The root of one element whose words are zeros: an output of one leaf has to be right. */
async function leafRoot(): Promise<Hex> {
	return (await commitTensor(Int8Array.of(-128), 8)).root;
}

/** A program that nobody has: its descriptors and constants are zeros. */
function junkHeader(lazy: boolean, leaves: number, steps: number): ProgramHeader {
	return {
		operatorsRoot: wordHex(BigInt(leaves)),
		constantsRoot: wordHex(0n),
		operatorCount: 1,
		constantCount: 0,
		inputCount: leaves % 2,
		steps,
		outputOperator: 0,
		outputElements: [1, 1000, 2 ** 40][leaves],
		outputWidth: 8,
		lazy,
		segment: 0,
		signature: wordHex(0n),
		outputMantissa: 0,
		outputExponent: 0,
	};
}
