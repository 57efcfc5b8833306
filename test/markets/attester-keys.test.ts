import { bn254 } from "@noble/curves/bn254.js";
import type { Point, TwistPoint } from "@umpire/markets/attester-state.ts";
import { type BlsKey, blsKey, hasherOf, isSigned, mapToPoint, secretOf } from "@umpire/markets/bls.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { describe, expect, test } from "vitest";
import { type AttesterPlay, attestersPerTest, QUESTION } from "./attester-play.ts";

let play: AttesterPlay;
attestersPerTest((fresh) => {
	play = fresh;
});

const R = bn254.fields.Fr.ORDER;
const STAKE = 10_000n;
const twinOf = (point: InstanceType<typeof bn254.G1.Point>): Point => {
	const { x, y } = point.toAffine();
	return [x, y];
};

/** Accounts beside those that the chain has keys of. */
const addressOf = (number: bigint) => `0x${(0xacc0000n + number).toString(16).padStart(40, "0")}` as const;

/** Registers without the model: its errors are about keys alone. */
async function registering(twin: Point, key: TwistPoint, proof: Point): Promise<string | undefined> {
	const { operators, chain } = play.stage;
	const refused = await operators.refusal(play.accounts[0], "register", [twin, key, proof], { value: STAKE });
	play.now = await chain.time();
	return refused;
}

describe("a key is registered", () => {
	test("A8: with a proof that it is the account's own, and with none of another account, key or contract", async () => {
		const [account, other] = play.accounts;
		const key = blsKey(11n);
		const proofFor = (who: typeof account, signer: BlsKey = key) =>
			signer.prove(play.proofMessage(who, key.twin));
		expect(await registering(key.twin, key.key, proofFor(other))).toBe("WrongProof");
		expect(await registering(key.twin, key.key, proofFor(account, blsKey(12n)))).toBe("WrongProof");
		expect(await registering(key.twin, key.key, key.sign(play.proofMessage(account, key.twin)))).toBe(
			"WrongProof",
		);
		expect(await registering(key.twin, blsKey(12n).key, proofFor(account))).toBe("WrongProof");
		expect(await registering(key.twin, key.key, [0n, 0n])).toBe("WrongProof");
		await play.register(account, 11n);
		expect(await play.try(other, play.registration(other, 11n, STAKE))).toBe("KeyUsed");
	});

	test("A8: not as a rogue: one from which others' keys are subtracted has no proof", async () => {
		await play.register(play.accounts[1], 21n);
		const victim = blsKey(21n);
		// r·g - victim: its owner would sign for both alone, but does not know its logarithm
		const rogue = bn254.G1.Point.BASE.multiply(5n).subtract(
			bn254.G1.Point.fromAffine({ x: victim.twin[0], y: victim.twin[1] }),
		);
		const twist = bn254.G2.Point.BASE.multiply(5n).subtract(bn254.G2.Point.BASE.multiply(21n)).toAffine();
		const key: TwistPoint = [twist.x.c1, twist.x.c0, twist.y.c1, twist.y.c0];
		const message = play.proofMessage(play.accounts[0], twinOf(rogue));
		for (const proof of [blsKey(5n).prove(message), blsKey(21n).prove(message)]) {
			expect(await registering(twinOf(rogue), key, proof)).toBe("WrongProof");
		}
	});

	test("A8: not at infinity, off the curve, out of the subgroup, or not in its only form", async () => {
		const key = blsKey(31n);
		const proof = key.prove(play.proofMessage(play.accounts[0], key.twin));
		const [x, y] = key.twin;
		const P = bn254.fields.Fp.ORDER;
		for (const twin of [
			[0n, 0n],
			[x, y + 1n],
			[x + P, y],
			[x, P - y],
		] as Point[]) {
			expect(await registering(twin, key.key, proof)).toBe("WrongProof");
		}
		const [a, b, c, d] = key.key;
		for (const twist of [[0n, 0n, 0n, 0n], [a, b, c, d + 1n], [b, a, d, c], outsideSubgroup()]) {
			expect(await registering(key.twin, twist as unknown as TwistPoint, proof)).toBe("WrongProof");
		}
	});

	test("stakes are within their bounds, and nobody registers before the contracts are bound", async () => {
		const [account] = play.accounts;
		const little = play.registration(account, 1n, ATTESTERS.leastStake - 1n);
		expect(await play.try(account, little)).toBe("WrongStake");
		const { chain } = play.stage;
		const unbound = await Deployed.deploy(chain, "Operators", [chain.market, ATTESTERS]);
		const key = blsKey(1n);
		const args = [key.twin, key.key, [1n, 2n]];
		expect(await unbound.refusal(account, "register", args, { value: STAKE })).toBe("NotBound");
		expect(await unbound.refusal(account, "bind", [account])).toBe("WrongCaller");
		const [deployer] = chain.accounts;
		expect(await unbound.refusal(deployer, "bind", [account])).toBe("NotAContract");
		const { operators } = play.stage;
		expect(await operators.refusal(deployer, "bind", [chain.market])).toBe("AlreadyBound");
		for (const [name, args] of [
			["slash", [1n]],
			["hold", [0n]],
			["release", [0n]],
		] as const) {
			expect(await operators.refusal(account, name, args)).toBe("WrongCaller");
		}
		play.now = await chain.time();
	});

	test("256 have a number each, the next one has none, and one that has gone leaves its own", async () => {
		const { chain } = play.stage;
		const newcomer = addressOf(999n);
		await chain.animate(newcomer, 2n ** 98n);
		expect(await play.try(newcomer, play.registration(newcomer, 999n, 2n ** 96n))).toBe("WrongStake");
		for (let number = 0n; number < 256n; number++) {
			const account = addressOf(number);
			await chain.animate(account);
			await play.register(account, number + 1n);
		}
		expect(play.world.operators.size).toBe(256);
		expect(await play.try(newcomer, play.registration(newcomer, 999n, STAKE))).toBe("NoNumberLeft");
		await play.play(addressOf(77n), { type: "leaveSet" });
		// Its stake is locked yet, and its number taken.
		expect(await play.try(newcomer, play.registration(newcomer, 999n, STAKE))).toBe("NoNumberLeft");
		play.wait(play.now + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds + 1);
		await play.settle();
		await play.play(play.stranger, { type: "exitOperator", operator: 77 });
		await play.register(newcomer, 999n);
		expect(play.world.operators.get(77)?.account).toBe(newcomer);
		const { operators } = play.stage;
		expect(await operators.read("numberOf", [newcomer])).toEqual([true, 77n]);
		expect(await operators.read("taken")).toBe(2n ** 256n - 1n);
	});

	test("constants are within their bounds: one false signature is worth a false claim to catch it", async () => {
		const { chain } = play.stage;
		const deploy = (name: string, args: readonly unknown[]) => Deployed.deploy(chain, name, args);
		const wrong = [{ leastStake: 0n }, { epochSeconds: 0 }, { accusationSeconds: 0 }];
		for (const one of wrong) {
			await expect(deploy("Operators", [chain.market, { ...ATTESTERS, ...one }])).rejects.toThrow(
				"InvalidParameter",
			);
		}
		const low = await deploy("Operators", [chain.market, { ...ATTESTERS, leastStake: 7999n }]);
		await expect(deploy("Attestations", [chain.market, low.address, ATTESTERS])).rejects.toThrow(
			"InvalidParameter",
		);
		const { operators } = play.stage;
		const shares = [{ rewardPermille: 0 }, { rewardPermille: 501 }, { bondPermille: 9 }, { claimSeconds: 0 }];
		for (const one of shares) {
			const args = [chain.market, operators.address, { ...ATTESTERS, ...one }];
			await expect(deploy("Attestations", args)).rejects.toThrow("InvalidParameter");
		}
		play.now = await chain.time();
	});
});

describe("a signature is taken", () => {
	test("A8: of the message alone: not of another epoch, statement, contract or chain, nor forged or repeated", async () => {
		await play.enlist(10_000n, 11_000n, 12_000n);
		const claim = await play.claim();
		const right = play.attestation(claim, 7n);
		const { epoch } = right;
		const { program, inputsRoot } = play.world.game.requests[0];
		const { outputRoot } = play.world.game.claims[claim - 1];
		const statement = play.statement(program, inputsRoot, outputRoot);
		const other = play.statement(program, inputsRoot, program);
		const refused = (aggregate: typeof right.aggregate, signers = 7n) =>
			play.try(play.stranger, { ...right, signers, aggregate, valid: false });
		for (const aggregate of [
			play.signed(epoch - 1, statement, 7n),
			play.signed(epoch, other, 7n),
			play.signed(epoch, statement, 3n),
			play.signed(epoch, statement, 7n, false),
			{ ...right.aggregate, key: play.signed(epoch, statement, 3n).key },
			{ ...right.aggregate, signature: [0n, 0n] as const },
		]) {
			expect(await refused(aggregate)).toBe("WrongSignature");
		}
		// those who signed are not others than who is named
		expect(await refused(right.aggregate, 3n)).toBe("WrongSignature");
		await play.play(play.stranger, right);
		expect(await play.try(play.stranger, right)).toBe("AlreadySigned");
	});

	test("A8: not with keys that cancel: who has a key and its negative signs with nothing", async () => {
		await play.enlist(10_000n, 10_000n);
		const [, , first, second] = play.accounts;
		await play.register(first, 40n);
		await play.register(second, R - 40n);
		play.nextEpoch(2);
		const claim = await play.claim();
		const nothing = play.attestation(claim, 12n);
		expect(nothing.aggregate.signature).toEqual([0n, 0n]);
		const before = { ...nothing, valid: false };
		expect(await play.try(play.stranger, before)).toBe("WrongSignature");
		// beside others they add nothing but themselves
		await play.attest(claim, [0, 2, 3]);
		expect(play.record(1).weight).toBe(30_000n);
	});

	test("A8: whoever of many is absent: the sum of the present, or of all less the absent", async () => {
		await play.enlist(...new Array<bigint>(7).fill(10_000n));
		for (const numbers of [[0], [5, 6], [0, 1, 2, 3], [1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]]) {
			const claim = await play.claim();
			const record = await play.attest(claim, numbers);
			expect(play.record(record).weight).toBe(BigInt(numbers.length) * 10_000n);
		}
	});
});

describe("keys outside the contract", () => {
	test("what an aggregator checks is what the contract takes", async () => {
		const key = blsKey(secretOf(new Uint8Array(32).fill(7)));
		const message = play.message(3, play.statement(QUESTION.program, QUESTION.inputsRoot, QUESTION.program));
		const signature = key.sign(message);
		expect(isSigned({ signature, key: key.key }, key.twin, message)).toBe(true);
		expect(isSigned({ signature, key: key.key }, blsKey(2n).twin, message)).toBe(false);
		expect(isSigned({ signature, key: blsKey(2n).key }, key.twin, message)).toBe(false);
		expect(isSigned({ signature: key.twin, key: key.key }, key.twin, message)).toBe(false);
		expect(isSigned({ signature: [0n, 0n], key: key.key }, key.twin, message)).toBe(false);
		expect(isSigned({ signature: [1n, 3n], key: key.key }, key.twin, message)).toBe(false);
		expect(() => blsKey(0n)).toThrow(RangeError);
		expect(() => blsKey(R)).toThrow(RangeError);
		expect(hasherOf("x").hashToCurve(new Uint8Array(1)).is0()).toBe(false);
		expect(mapToPoint(0n).y % 2n).toBe(0n);
	});
});

/** A point of the twist whose order is not the group's. */
function outsideSubgroup(): readonly bigint[] {
	const { Fp2 } = bn254.fields;
	const { b } = bn254.G2.Point.CURVE();
	for (let i = 1n; ; i++) {
		const x = Fp2.fromBigTuple([i, 1n]);
		try {
			const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
			return [x.c1, x.c0, y.c1, y.c0];
		} catch {}
	}
}
