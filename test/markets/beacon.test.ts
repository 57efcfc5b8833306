import { bn254 } from "@noble/curves/bn254.js";
import { wordHex } from "@umpire/commitment/hex.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EVMNET, Network, randomnessOf, type Signature } from "./drand.ts";

const PENDING = [0, wordHex(0n)];
const VOID = [2, wordHex(0n)];
const DAY = 86_400;
const FEE = 7n;
const P = bn254.fields.Fp.ORDER;
/** EIP-2935: where every block writes the hash of the one before. This chain only keeps the place. */
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
const HISTORY_CODE =
	"0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
const network = new Network(0x1234567890abcdef1234567890abcdefn);

let chain: TestChain;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, ["DrandBeacon", "BlockHashBeacon"]);
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
});
afterAll(() => chain.close());

/** A network whose first round is due an hour after the chain began. */
async function drand(key: readonly bigint[] = network.key, drift = 100): Promise<Deployed> {
	const genesis = BigInt(await chain.time()) + 3600n;
	return Deployed.deploy(chain, "DrandBeacon", [key, genesis, 3n, BigInt(drift), BigInt(DAY), FEE]);
}

describe("a drand beacon", () => {
	test("B1: has the same value whoever brings it and whenever, and keeps it once", async () => {
		const [, first, second] = chain.accounts;
		const beacon = await drand();
		const signature = network.sign(5n);
		expect(await beacon.read("lookUp", [5n])).toEqual(PENDING);
		await expect(beacon.read("valueOf", [5n])).rejects.toThrow("RoundPending");
		const before = await chain.snapshot();
		await beacon.send(first, "bring", [5n, signature]);
		expect(await beacon.read("valueOf", [5n])).toBe(randomnessOf(signature));
		expect(await beacon.refusal(second, "bring", [5n, signature])).toBe("AlreadyBrought");
		await chain.restore(before);
		await beacon.send(second, "bring", [5n, signature], { at: (await chain.time()) + 70_000 });
		expect(await beacon.read("lookUp", [5n])).toEqual([1, randomnessOf(signature)]);
	});

	test("B1: refuses the signature of another round or of another network, and a changed one", async () => {
		const [, account] = chain.accounts;
		const beacon = await drand();
		const [x, y] = network.sign(5n);
		const wrong: readonly (readonly [string, Signature])[] = [
			["another round's", network.sign(6n)],
			["another network's", new Network(99n).sign(5n)],
			["the negative", [x, P - y]],
			["off the curve", [x, (y + 1n) % P]],
			["infinity", [0n, 0n]],
			["x beyond the field", [x + P, y]],
			["y beyond the field", [x, y + P]],
			["the generator", [1n, 2n]],
		];
		for (const [what, signature] of wrong) {
			expect(await beacon.refusal(account, "bring", [5n, signature]), what).toBe("WrongSignature");
		}
		expect(await beacon.refusal(account, "bring", [0n, [x, y]])).toBe("NoSuchRound");
		expect(await beacon.refusal(account, "bring", [2n ** 64n + 5n, [x, y]])).toBe("NoSuchRound");
	});

	test("takes what evmnet has published, under its key", async () => {
		const [, account] = chain.accounts;
		const { key, period, rounds, randomness } = EVMNET;
		// What is signed is a round's number: when its rounds are due is another matter.
		const genesis = BigInt(await chain.time());
		const beacon = await Deployed.deploy(chain, "DrandBeacon", [key, genesis, period, 0n, BigInt(DAY), 0n]);
		for (const [round, signature] of rounds) {
			const { gas } = await beacon.send(account, "bring", [round, signature]);
			expect(gas).toBeLessThan(400_000);
			expect(await beacon.refusal(account, "bring", [round + 1n, signature])).toBe("WrongSignature");
		}
		expect(await beacon.read("valueOf", [1000n])).toBe(randomness);
	});

	test("is not deployed with a key that is no point of its group", async () => {
		const [a, b, c, d] = network.key;
		// a point of the curve over the extension that is not in the subgroup of prime order
		for (const key of [
			[0n, 0n, 0n, 0n],
			[b, a, d, c],
			[a, b, c, (d + 1n) % P],
			[a + P, b, c, d],
			outsideSubgroup(),
		]) {
			await expect(drand(key)).rejects.toThrow("InvalidKey");
		}
	});

	test("B2: its rounds after a time are due when the drift has passed as well", async () => {
		const beacon = await drand(network.key, 100);
		const genesis = await beacon.read<bigint>("genesis");
		for (const [time, round] of [
			[genesis - 5000n, 1n],
			[genesis - 100n, 1n],
			[genesis - 99n, 2n],
			[genesis - 97n, 2n],
			[genesis - 96n, 3n],
			[genesis, 35n],
		]) {
			expect(await beacon.read("roundAfter", [time])).toBe(round);
			const due = await beacon.read<bigint>("timeOf", [round]);
			expect(due).toBeGreaterThanOrEqual(time + 100n);
		}
	});

	test("B1: a round that nobody brings in time is void, from one second to the next", async () => {
		const [, account] = chain.accounts;
		const beacon = await drand();
		const last = Number(await beacon.read<bigint>("timeOf", [5n])) + DAY;
		const before = await chain.snapshot();
		await beacon.send(account, "bring", [5n, network.sign(5n)], { at: last });
		await chain.restore(before);
		expect(await beacon.refusal(account, "bring", [5n, network.sign(5n)], { at: last + 1 })).toBe(
			"RoundVoid",
		);
		await chain.mine(1);
		expect(await beacon.read("lookUp", [5n])).toEqual(VOID);
		await expect(beacon.read("valueOf", [5n])).rejects.toThrow("RoundVoid");
	});

	test("B1: whoever brings an ordered round is paid the fee, once; of a void one whoever collects it", async () => {
		const [, buyer, bringer, stranger] = chain.accounts;
		const beacon = await drand();
		expect(await beacon.refusal(buyer, "order", [5n], { value: FEE - 1n })).toBe("WrongFee");
		await beacon.send(buyer, "order", [5n], { value: FEE });
		expect(await beacon.refusal(buyer, "order", [5n], { value: FEE })).toBe("AlreadyOrdered");
		expect(await beacon.refusal(stranger, "collect", [5n])).toBe("NothingToCollect");
		await beacon.send(bringer, "bring", [5n, network.sign(5n)]);
		await beacon.send(bringer, "bring", [6n, network.sign(6n)]);
		expect(await beacon.read("owed", [bringer])).toBe(FEE);
		expect(await beacon.refusal(stranger, "collect", [5n])).toBe("NothingToCollect");
		expect(await beacon.refusal(buyer, "order", [6n], { value: FEE })).toBe("AlreadyBrought");
		await beacon.send(buyer, "order", [7n], { value: FEE });
		const late = Number(await beacon.read<bigint>("timeOf", [8n])) + DAY + 1;
		await beacon.send(stranger, "collect", [7n], { at: late });
		expect(await beacon.refusal(buyer, "order", [8n], { value: FEE })).toBe("RoundVoid");
		expect(await beacon.refusal(buyer, "order", [7n], { value: FEE })).toBe("AlreadyOrdered");
		expect(await beacon.refusal(stranger, "collect", [7n])).toBe("NothingToCollect");
		expect(await beacon.refusal(stranger, "collect", [8n])).toBe("NothingToCollect");
		expect(await beacon.read("owed", [stranger])).toBe(FEE);
		expect(await chain.balance(beacon.address)).toBe(2n * FEE);
		await beacon.send(bringer, "withdraw");
		await beacon.send(stranger, "withdraw");
		expect(await chain.balance(beacon.address)).toBe(0n);
	});
});

/** A point of the twist whose order is not the group's: a point of the curve that is not multiplied by its cofactor. */
function outsideSubgroup(): readonly bigint[] {
	const { Fp2 } = bn254.fields;
	const b = bn254.G2.Point.CURVE().b;
	for (let i = 1n; ; i++) {
		const x = Fp2.fromBigTuple([i, 1n]);
		try {
			const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
			return [x.c1, x.c0, y.c1, y.c0];
		} catch {}
	}
}

describe("a block hash beacon", () => {
	const beaconOf = (drift = 24) => Deployed.deploy(chain, "BlockHashBeacon", [FEE, 12n, BigInt(drift)]);

	test("B3: its round after a time is a block that cannot be made before, and not one that is made", async () => {
		const beacon = await beaconOf();
		const [height, time] = [await chain.height(), await chain.time()];
		for (const [seconds, blocks] of [
			[-100, 0],
			[-24, 0],
			[-23, 1],
			[0, 2],
			[1, 3],
			[120, 12],
		]) {
			const round = await beacon.read<bigint>("roundAfter", [BigInt(time + seconds)]);
			expect(Number(round) - height).toBe(1 + blocks);
		}
	});

	test("B1: has the named block's hash, whoever brings it and whenever it is served", async () => {
		const [, first, second] = chain.accounts;
		const beacon = await beaconOf();
		const round = BigInt((await chain.height()) + 20);
		await chain.mine(18);
		expect(await beacon.refusal(first, "bring", [round])).toBe("BlockNotServed");
		expect(await beacon.refusal(first, "bring", [round])).toBe("BlockNotServed");
		const before = await chain.snapshot();
		await beacon.send(first, "bring", [round]);
		const value = await beacon.read("valueOf", [round]);
		expect(await beacon.refusal(second, "bring", [round])).toBe("AlreadyBrought");
		await chain.restore(before);
		await beacon.send(second, "bring", [round]);
		expect(await beacon.read("valueOf", [round])).toBe(value);
		expect(value).toBe((await chain.block(Number(round))).hash);
	});

	test("B1: has the hash that the chain's own contract keeps, when the opcode serves it no longer", async () => {
		const [, account] = chain.accounts;
		const beacon = await beaconOf();
		expect(await beacon.read("window")).toBe(7999n);
		const round = (await chain.height()) + 1;
		await chain.mine(257);
		expect(await beacon.refusal(account, "bring", [BigInt(round)])).toBe("BlockNotServed");
		const { hash } = await chain.block(round);
		await chain.install(HISTORY, HISTORY_CODE, BigInt(round % 8191), hash);
		await chain.mine(round + 7998 - (await chain.height()));
		await beacon.send(account, "bring", [BigInt(round)]);
		expect(await beacon.read("valueOf", [BigInt(round)])).toBe(hash);
	});

	test("B3: a hash that was missed is that of the block 8,000 further on, and of no block between", async () => {
		const [, account] = chain.accounts;
		const beacon = await beaconOf();
		const round = (await chain.height()) + 1;
		const window = Number(await beacon.read<bigint>("window"));
		await chain.mine(round + window - (await chain.height()));
		// The next block is one too late.
		expect(await beacon.refusal(account, "bring", [BigInt(round)])).toBe("BlockNotServed");
		await chain.mine(round + 8000 - (await chain.height()));
		await beacon.send(account, "bring", [BigInt(round)]);
		expect(await beacon.read("valueOf", [BigInt(round)])).toBe((await chain.block(round + 8000)).hash);
	});

	test("B3: after three misses a round is void, and no hash is taken", async () => {
		const [, account] = chain.accounts;
		const beacon = await beaconOf();
		const round = (await chain.height()) + 1;
		const last = round + 16_000 + Number(await beacon.read<bigint>("window"));
		await chain.mine(last - 1 - (await chain.height()));
		// Of blocks that are mined at once this chain keeps no hashes: it is not void yet, that is all.
		expect(await beacon.refusal(account, "bring", [BigInt(round)])).toBe("BlockNotServed");
		expect(await beacon.read("lookUp", [BigInt(round)])).toEqual(PENDING);
		expect(await beacon.refusal(account, "bring", [BigInt(round)])).toBe("RoundVoid");
		expect(await beacon.read("lookUp", [BigInt(round)])).toEqual(VOID);
	});
});
