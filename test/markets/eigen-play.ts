import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { concat, encodeAbiParameters, keccak256, parseAbiParameters, zeroHash } from "viem";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { PROGRAM, traceOf } from "./attester-programs.ts";
import { questionOf } from "./random-attester-moves.ts";

/** A row of an operator table: whose it is, and its weights of two types of stake. */
export interface Row {
	readonly account: Hex;
	readonly weight: bigint;
}

const AVS: Hex = "0x00000000000000000000000000000000000000A5";
export const STRATEGIES = [`0x${"01".repeat(20)}`, `0x${"02".repeat(20)}`] as const;
export const NO_AGGREGATE = { signature: [0n, 0n], key: [0n, 0n, 0n, 0n] };
const NAMES = ["EigenOperators", "Attestations", "Operators", "EigenLayerMocks"] as const;

export let chain: TestChain;
export let mocks: Deployed;
export let operators: Deployed;
export let attestations: Deployed;
let snapshot: unknown;
export let deployer: Hex;
export let someone: Hex;
export let others: readonly Hex[];

/** Gives every test of a file fresh contracts. */
export function eigenPerTest(): void {
	beforeAll(async () => {
		chain = await TestChain.open(PARAMETERS, NAMES);
		[deployer, someone, ...others] = chain.accounts;
		mocks = await Deployed.deploy(chain, "EigenLayerMocks");
		operators = await Deployed.deploy(chain, "EigenOperators", [setOf(STRATEGIES), ATTESTERS]);
		attestations = await Deployed.deploy(chain, "Attestations", [chain.market, operators.address, ATTESTERS]);
		await operators.send(deployer, "bind", [attestations.address]);
		await mocks.send(deployer, "allow", [operators.address]);
		snapshot = await chain.snapshot();
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
	});
	afterAll(() => chain.close());
}

export const setOf = (strategies: readonly Hex[]) => ({
	...{ verifier: mocks.address, allocations: mocks.address, keys: mocks.address },
	...{ operatorSet: { avs: AVS, id: 7 }, strategies },
});
/** A key that stands for an account's. */
export const keyOf = (account: Hex) => ({ x: BigInt(account), y: BigInt(account) + 1n });
export const infoOf = ({ account, weight }: Row) => ({ pubkey: keyOf(account), weights: [weight, 1n] });
export const rowsOf = (...weights: readonly bigint[]): Row[] =>
	weights.map((weight, i) => ({
		account: wordHex(BigInt(0xe000 + i)).replace(/^0x0{24}/, "0x") as Hex,
		weight,
	}));

/** The root of a table as EigenLayer makes it: leaves with a salt, filled up with zeros to a power of two. */
export function tableRoot(rows: readonly Row[]): Hex {
	const type = parseAbiParameters("((uint256 x, uint256 y) pubkey, uint256[] weights)");
	let nodes: Hex[] = rows.map((row) => keccak256(concat(["0x75", encodeAbiParameters(type, [infoOf(row)])])));
	while ((nodes.length & (nodes.length - 1)) !== 0) nodes.push(zeroHash);
	while (nodes.length > 1) {
		nodes = nodes.filter((_, i) => i % 2 === 0).map((node, i) => keccak256(concat([node, nodes[2 * i + 1]])));
	}
	return nodes[0];
}

export async function table(rows: readonly Row[], root = tableRoot(rows)): Promise<number> {
	const time = await chain.time();
	for (const { account } of rows) {
		const { x, y } = keyOf(account);
		await mocks.send(deployer, "own", [x, y, account]);
	}
	await mocks.send(deployer, "update", [time, root, rows.map(infoOf)]);
	return time;
}

export const open = (rows: readonly Row[]) => operators.refusal(someone, "open", [rows.map(infoOf)]);
export const epochNow = () => operators.read<bigint>("currentEpoch");

/** A certificate of all rows of a table but some. */
export async function certificateOf(
	time: number,
	statement: Hex,
	absent: readonly number[] = [],
	signed = true,
) {
	const messageHash = await operators.read<Hex>("messageHashOf", [await epochNow(), statement]);
	const nonSignerWitnesses = absent.map((operatorIndex) => ({
		...{ operatorIndex, operatorInfoProof: "0x" },
		operatorInfo: { pubkey: { x: 0n, y: 0n }, weights: [] },
	}));
	const signature = { x: signed ? BigInt(messageHash) : 0n, y: 0n };
	const apk = { x: [0n, 0n], y: [0n, 0n] };
	return { referenceTimestamp: time, messageHash, signature, apk, nonSignerWitnesses };
}

export async function certify(time: number, statement: Hex, absent: readonly number[] = [], signed = true) {
	const certificate = await certificateOf(time, statement, absent, signed);
	return operators.refusal(someone, "certify", [await epochNow(), statement, certificate]);
}

export async function act(sender: Hex, action: Action, at?: number): Promise<void> {
	const { error } = await chain.act(sender, action, at ?? (await chain.time()) + 1);
	if (error !== undefined) throw new Error(`${action.type} was refused: ${error}`);
}

export const claims = () => chain.read<bigint>("claimCount");

/** A request is answered with an output `by` above the right one; the claim, and its statement. */
export async function claimed(by: number, request?: bigint): Promise<{ claim: bigint; statement: Hex }> {
	let asked = request;
	if (asked === undefined) {
		await act(someone, questionOf(0, NOBODY));
		asked = await chain.read<bigint>("requestCount");
	}
	const made = traceOf(by).claim();
	const value = PARAMETERS.submitterBond;
	await act(others[0], { type: "claim", value, request: Number(asked), ...made });
	const { root } = traceOf(by).output();
	return {
		claim: await claims(),
		statement: statementOf(chain.market, PROGRAM.root, PROGRAM.inputsRoot, root),
	};
}

export async function attest(claim: bigint, signers: bigint): Promise<string | undefined> {
	return attestations.refusal(someone, "attest", [claim, await epochNow(), signers, NO_AGGREGATE]);
}

/** Three of four operators sign a false output, whose claim then falls; the record. */
export async function falselySigned(): Promise<bigint> {
	await act(someone, { type: "register", header: PROGRAM.header });
	const rows = rowsOf(30n, 30n, 30n, 10n);
	const time = await table(rows);
	expect(await open(rows)).toBeUndefined();
	const { claim, statement } = await claimed(1);
	expect(await certify(time, statement, [3])).toBeUndefined();
	expect(await attest(claim, 0b0111n)).toBeUndefined();
	const value = PARAMETERS.challengerBond;
	await act(others[1], { type: "challenge", value, claim: Number(claim), entry: entryOf(traceOf(0)) });
	await act(
		someone,
		{ type: "timeout", dispute: 1 },
		(await chain.time()) + PARAMETERS.increment + PARAMETERS.reserve + 2,
	);
	return 1n;
}

/** Convicts a record: somebody accuses it, and its output is final. */
export async function convict(record: bigint): Promise<void> {
	await attestations.send(someone, "sync", [record]);
	const bond = await attestations.read<bigint>("accusationBond", [record]);
	await attestations.send(others[0], "accuse", [record], { value: bond });
	const { claim } = await claimed(0, await chain.read<bigint>("requestCount"));
	await act(
		someone,
		{ type: "finalise", claim: Number(claim) },
		(await chain.time()) + PARAMETERS.challengePeriod + 1,
	);
	await attestations.send(someone, "judge", [1n, claim]);
}

export const weights = (epoch: bigint, signers: bigint) =>
	operators.read<readonly [bigint, bigint]>("weightOf", [epoch, signers]);
