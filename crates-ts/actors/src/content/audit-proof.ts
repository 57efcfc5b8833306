import { courtAbi } from "@umpire/abi/court.ts";
import type { ChainEvent } from "@umpire/chain/events.ts";
import { type Hex, LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { PendingProof } from "@umpire/game/evidence.ts";
import type { Case, LeafLocation, Settlement } from "@umpire/game/move.ts";
import { operatorArbiter } from "@umpire/game/operator-arbiter.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import { verify } from "@umpire/prover/prove.ts";
import { concatHex, decodeFunctionData, numberToHex } from "viem";
import type { LoadedProgram } from "../loaded-program.ts";
import type { View } from "../world.ts";

/** What a look at a settlement's transaction found. */
export interface CheckedProof {
	readonly transaction: Hex;
	/** Groth16 proofs in it. */
	readonly proofs: number;
	/** Null where the transaction was made through another contract, so that its words are not at hand. */
	readonly valid: boolean | null;
	/** What is wrong with it, or why it was not checked; null if it holds. */
	readonly why: string | null;
}

type Settled = Extract<ChainEvent, { name: "Settled" }>;
type Claimed = Extract<ChainEvent, { name: "Claimed" }>;

/** What a settlement's transaction says, judged by the rules: its proofs are yet to be verified. */
export interface JudgedSettlement {
	readonly proofs: readonly PendingProof[];
	/** Null where the transaction was made through another contract, or the rules allow it. */
	readonly refusal: string | null;
	/** Whether the transaction's words could be read at all. */
	readonly isReadable: boolean;
}

/**
 * Judges a settlement again as the contract did, from the words of its transaction: openings, geometry, arithmetic and
 * Groth16 proofs, with the program that was recomputed.
 */
export async function checkSettlement(
	{ contracts, feed }: View,
	loaded: Pick<LoadedProgram, "program" | "commitment">,
	inputsRoot: Hex,
	claimed: Claimed,
	settled: Settled,
): Promise<CheckedProof> {
	const { transaction } = settled;
	const {
		proofs: pending,
		refusal,
		isReadable,
	} = await judgeSettlement({ contracts, feed }, loaded, inputsRoot, claimed, settled);
	const proofs = pending.length;
	if (!isReadable) return { transaction, proofs, valid: null, why: refusal };
	if (refusal !== null) return { transaction, proofs, valid: false, why: refusal };
	for (const { circuit, signals, proof } of pending) {
		const bytes = concatHex(proof.map((word) => numberToHex(word, { size: 32 })));
		if (await verify(circuit, bytes, signals)) continue;
		return { transaction, proofs, valid: false, why: "a Groth16 proof is wrong" };
	}
	return { transaction, proofs, valid: true, why: null };
}

/** The proofs of a settlement's transaction with the signals that the rules derive for them. */
export async function judgeSettlement(
	{ contracts, feed }: Pick<View, "contracts" | "feed">,
	loaded: Pick<LoadedProgram, "program" | "commitment">,
	inputsRoot: Hex,
	claimed: Claimed,
	settled: Settled,
): Promise<JudgedSettlement> {
	const { transaction } = settled;
	const unchecked = (why: string): JudgedSettlement => ({ proofs: [], refusal: why, isReadable: false });
	const { input, to } = await contracts.connection.reader.getTransaction({ hash: transaction });
	if (to?.toLowerCase() !== contracts.court.address.toLowerCase()) {
		return unchecked("it was made through another contract");
	}
	const { functionName, args } = decodeFunctionData({ abi: courtAbi, data: input });
	const { header } = loaded.commitment;
	const step = Number(settled.args.step);
	const operator = Number(settled.args.operator);
	const isBound = header.lazy || header.segment !== 0;
	const bound = feed.events.find(
		({ name, args: of }) =>
			name === "TraceBound" &&
			of.claim === settled.args.claim &&
			Number(of.segment) === segmentOf(header, step),
	);
	const place: Omit<Case, "leaf" | "inParts"> = {
		header,
		inputsRoot,
		traceRoot: isBound && bound?.name === "TraceBound" ? bound.args.traceRoot : claimed.args.traceRoot,
		checkpointsRoot: isBound ? claimed.args.traceRoot : NONE,
		step,
		operator,
		beneficiary: settled.args.challenger,
	};
	const pending: PendingProof[] = [];
	const arbiter = operatorArbiter(await loadPoseidon(), (circuit, signals, proof) => {
		pending.push({ circuit, signals, proof });
		return true;
	});
	try {
		let found: { readonly claimed: bigint; readonly computed: bigint };
		if (functionName === "settle") {
			const settlement = settlementOf(args[2]);
			const { width } = loaded.program.operators[operator];
			const leaf = Math.floor(settlement.element / LEAF_ELEMENTS[width]);
			const inParts = feed.events.some(
				({ name, args: of }) => name === "PartialsPublished" && of.dispute === settled.args.dispute,
			);
			found = arbiter.judge({ ...place, leaf, inParts }, settlement);
		} else if (functionName === "settleDirectly") {
			const location = locationOf(args[3]);
			found = arbiter.judgeAt(
				{ ...place, leaf: location.leaf, inParts: false },
				location,
				settlementOf(args[4]),
			);
		} else return unchecked(`it calls ${functionName}`);
		const isSame = found.claimed === settled.args.claimed && found.computed === settled.args.computed;
		const refusal = isSame ? null : "it proves other numbers than its event says";
		return { proofs: pending, refusal, isReadable: true };
	} catch (error) {
		if (!(error instanceof GameError)) throw error;
		return { proofs: pending, refusal: `the rules refuse it (${error.message})`, isReadable: true };
	}
}

const NONE: Hex = `0x${"00".repeat(32)}`;

type SettleArguments = Extract<
	ReturnType<typeof decodeFunctionData<typeof courtAbi>>,
	{ functionName: "settle" }
>["args"];
type DirectArguments = Extract<
	ReturnType<typeof decodeFunctionData<typeof courtAbi>>,
	{ functionName: "settleDirectly" }
>["args"];

/** A settlement in the types of the game. */
function settlementOf(given: SettleArguments[2]): Settlement {
	return {
		...given,
		element: small(given.element),
		part: small(given.part),
		tensors: given.tensors.map((tensor) => ({ ...tensor, operand: small(tensor.operand) })),
		evidence: given.evidence.map((part) => ({
			...part,
			leaves: part.leaves.map((leaf) => ({ ...leaf, tensor: small(leaf.tensor) })),
		})),
	};
}

function locationOf(given: DirectArguments[3]): LeafLocation {
	return { ...given, step: small(given.step), operator: small(given.operator), leaf: small(given.leaf) };
}

function small(value: bigint): number {
	if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
	throw new UmpireError("EVENTS", `A settlement names the place ${value}, which no program has`);
}
