import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { contractParameters } from "@umpire/chain/contracts.ts";
import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { programRoot } from "@umpire/operators/program-commitment.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import type { Abi } from "viem";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "./per-test.ts";

const small = new ToyTrace(new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0));
const large = new ToyTrace(
	new ToyProgram(
		[
			{ width: 16, elements: 20, outside: 1, parts: 1 },
			{ width: 16, elements: 200, outside: -9, parts: 1 },
		],
		2,
		1,
	),
);
const { submitterBond, challengePeriod } = PARAMETERS;
const MODES = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4, demanding: 5 } as const;

let chain: TestChain;
let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});

/** Registers the small program and requests a result of it; when that is due. */
async function requestSmall(): Promise<number> {
	const { header, root, inputsRoot } = small.program;
	await driver.play(driver.requester, { type: "register", header });
	const deadline = driver.game.now + 50;
	const request = { type: "request", value: 9n, program: root, inputsRoot, deadline } as const;
	await driver.play(driver.requester, { ...request, consumer: driver.stranger });
	return deadline;
}

describe("programs", () => {
	const { header } = small.program;
	test.each([
		["without operators", { operatorCount: 0 }, "EmptyProgram"],
		["without steps", { steps: 0 }, "EmptyProgram"],
		["of an output without elements", { outputElements: 0 }, "EmptyProgram"],
		["whose output is not one of its operators", { outputOperator: 1 }, "OutputOutOfRange"],
		["of an output of 64 bits", { outputWidth: 64 as Width }, "InvalidWidth"],
		["with constants, but no root", { constantCount: 1 }, "ConstantsMismatch"],
		["with a root of no constants", { constantsRoot: header.operatorsRoot }, "ConstantsMismatch"],
	])("one %s is refused", async (_, change, error) => {
		const move = { type: "register", header: { ...header, ...change } } as const;
		expect(await driver.try(driver.requester, move)).toBe(error);
	});
});

describe("the registry", () => {
	test("has no answer of a program or a number that nobody registered, and one of each that somebody did", async () => {
		const { header, root } = small.program;
		const { abi } = await readArtifact("Registry");
		const registry = new Deployed(chain, chain.registry, abi as Abi);
		const ofPrograms = ["header", "outputShape", "meaning", "numberOf"];
		for (const name of ofPrograms) {
			await expect(registry.read(name, [root]), name).rejects.toThrow("UnknownProgram");
		}
		for (const number of [0n, 1n]) {
			await expect(registry.read("programOf", [number])).rejects.toThrow("UnknownNumber");
		}
		await driver.play(driver.requester, { type: "register", header });
		for (const name of ofPrograms) await expect(registry.read(name, [root]), name).resolves.toBeDefined();
		expect(await registry.read("numberOf", [root])).toBe(1n);
		expect(await registry.read("programOf", [1n])).toBe(root);
		for (const number of [0n, 2n, 2n ** 256n - 1n]) {
			await expect(registry.read("programOf", [number])).rejects.toThrow("UnknownNumber");
		}
		await expect(registry.read("numberOf", [wordHex(1n)])).rejects.toThrow("UnknownProgram");
	});
});

describe("requests", () => {
	test("pay no more than 96 bits hold: what was paid is what is kept", async () => {
		const { header, root, inputsRoot } = small.program;
		await driver.play(driver.requester, { type: "register", header });
		await chain.animate(driver.requester, 2n ** 98n);
		const ask = (value: bigint) => {
			const deadline = driver.game.now + 50;
			return { type: "request", value, program: root, inputsRoot, deadline, consumer: NOBODY } as const;
		};
		expect(await driver.try(driver.requester, ask(2n ** 96n))).toBe("FeeTooLarge");
		await driver.play(driver.requester, ask(2n ** 96n - 1n));
		await driver.wait(driver.game.state.requests[0].deadline + 1);
		await driver.play(driver.requester, { type: "refund", request: 1 });
		expect(await chain.owed(driver.requester)).toBe(2n ** 96n - 1n);
	});

	test("of a program without inputs names none, and of others some", async () => {
		const header = { ...small.program.header, inputCount: 0 };
		const root = programRoot(header);
		await driver.play(driver.requester, { type: "register", header: small.program.header });
		await driver.play(driver.requester, { type: "register", header });
		const ask = (program: Hex, inputsRoot: Hex) => {
			const deadline = driver.game.now + 50;
			const consumer = driver.stranger;
			return { type: "request", value: 0n, program, inputsRoot, deadline, consumer } as const;
		};
		const none = wordHex(0n);
		expect(await driver.try(driver.requester, ask(root, small.program.inputsRoot))).toBe("InputsMismatch");
		expect(await driver.try(driver.requester, ask(small.program.root, none))).toBe("InputsMismatch");
		await driver.play(driver.requester, ask(root, none));
		await driver.play(driver.requester, ask(small.program.root, small.program.inputsRoot));
	});

	test("of a program that nobody registered is refused, whatever inputs it names", async () => {
		for (const inputsRoot of [wordHex(0n), small.program.inputsRoot]) {
			const deadline = driver.game.now + 50;
			const asked = {
				value: 0n,
				program: small.program.root,
				inputsRoot,
				deadline,
				consumer: driver.stranger,
			};
			expect(await driver.try(driver.requester, { type: "request", ...asked })).toBe("UnknownProgram");
		}
	});

	test("an unanswered request is paid back after its deadline, not before, and only once", async () => {
		const { header, root, inputsRoot } = small.program;
		await driver.play(driver.requester, { type: "register", header });
		const deadline = driver.game.now + 50;
		const consumer = driver.stranger;
		await driver.play(driver.requester, {
			type: "request",
			value: 9n,
			program: root,
			inputsRoot,
			deadline,
			consumer,
		});
		const refund = { type: "refund", request: 1 } as const;
		await driver.wait(deadline);
		expect(await driver.try(driver.stranger, refund)).toBe("RequestNotExpired");
		await driver.play(driver.stranger, refund);
		expect(await driver.try(driver.stranger, refund)).toBe("RequestClosed");
		expect(await chain.owed(driver.requester)).toBe(9n);
		await driver.withdraw(driver.requester);
		expect(await driver.try(driver.requester, { type: "withdraw", from: "market" })).toBe(
			"NothingToWithdraw",
		);
	});

	test("a request is not paid back while it is claimed, nor taken twice", async () => {
		const claim = await driver.claimToy(small);
		const { deadline } = driver.game.state.requests[0];
		const again = { type: "claim", value: submitterBond, request: 1, ...small.claim() } as const;
		expect(await driver.try(driver.stranger, again)).toBe("AlreadyClaimed");
		await driver.wait(deadline + 1);
		const refund = { type: "refund", request: 1 } as const;
		expect(await driver.try(driver.requester, refund)).toBe("AlreadyClaimed");
		await driver.play(driver.stranger, { type: "finalise", claim });
		expect(await driver.try(driver.requester, refund)).toBe("RequestClosed");
	});

	test("a claim is taken until the request's deadline", async () => {
		for (const [offset, expected] of [
			[0, undefined],
			[1, "RequestExpired"],
		] as const) {
			const deadline = await requestSmall();
			await driver.wait(deadline + offset);
			const answer = await driver.try(driver.submitter, {
				type: "claim",
				value: submitterBond,
				request: driver.game.state.requests.length,
				traceRoot: small.root,
				opening: small.output(),
			});
			expect(answer).toBe(expected);
		}
	});

	test("a claim is taken with its bond, and with no other sum", async () => {
		await requestSmall();
		const claim = (value: bigint) => ({ type: "claim", value, request: 1, ...small.claim() }) as const;
		for (const value of [0n, submitterBond - 1n, submitterBond + 1n])
			expect(await driver.try(driver.submitter, claim(value))).toBe("WrongBond");
		await driver.play(driver.submitter, claim(submitterBond));
	});

	test("registering again changes nothing", async () => {
		const { header, root } = small.program;
		await driver.play(driver.requester, { type: "register", header });
		await driver.play(driver.stranger, { type: "register", header });
		expect(await chain.read("count", [], chain.registry)).toBe(1n);
		expect(await chain.read("numberOf", [root], chain.registry)).toBe(1n);
		expect(await chain.read("programOf", [1n], chain.registry)).toBe(root);
	});
});

describe("the challenge period", () => {
	test("is open for challenges until its end, and closed for finalising before it", async () => {
		for (const [offset, finalised] of [
			[-1, "ChallengePeriodOpen"],
			[0, undefined],
			[1, undefined],
		] as const) {
			const claim = await driver.claimToy(small);
			const end = driver.game.state.claims[claim - 1].claimedAt + challengePeriod;
			await driver.wait(end + offset);
			const challenge = { type: "challenge", value: 300n, claim, entry: small.descriptor(0) } as const;
			if (offset >= 0) {
				expect(await driver.try(driver.challenger, challenge)).toBe("ChallengePeriodOver");
			}
			if (offset >= 0) await driver.wait(end + offset + 1);
			expect(await driver.try(driver.stranger, { type: "finalise", claim })).toBe(finalised);
		}
	});
});

describe("outputs", () => {
	test("a small output is stored when it is claimed", async () => {
		const claim = await driver.claimToy(small);
		const [status, root, words] = await chain.read<[number, Hex, bigint[]]>("output", [claim]);
		expect(status).toBe(CLAIM_STATUS.live);
		expect(BigInt(root)).toBe(0n);
		expect(words).toEqual(small.words(0, 0, 0));
		await driver.wait(driver.game.now + challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim });
		const none = [0n, 0n, 0n, 0n, 0n];
		expect(await chain.read("outputLeaf", [claim, 0n, none, []])).toEqual(new Array(10).fill(4n));
	});

	test("other words than those that the claim commits to are no output", async () => {
		await requestSmall();
		const { traceRoot, opening } = small.claim();
		const words = opening.words.with(0, opening.words[0] ^ 1n);
		const claim = { type: "claim", value: submitterBond, request: 1, traceRoot } as const;
		const other = { ...claim, opening: { ...opening, words } };
		expect(await driver.try(driver.submitter, other)).toBe("WrongLeaf");
		await driver.play(driver.submitter, { ...claim, opening });
	});

	test("any leaf of a large output can be opened once it is final", async () => {
		const claim = await driver.claimToy(large);
		const tensor = large.tensors[1][1];
		const open = (leaf: number, words = tensor.words(leaf)) =>
			chain.read("outputLeaf", [claim, leaf, words, tensor.path(Math.min(leaf, 2))]);
		await expect(open(0)).rejects.toThrow();
		await driver.wait(driver.game.now + challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim });
		const [, root] = await chain.read<[number, Hex, bigint[]]>("output", [claim]);
		expect(root).toBe(tensor.root);
		expect(await open(0)).toEqual(new Array(75).fill(-9n));
		expect(await open(2)).toEqual(new Array(50).fill(-9n));
		await expect(open(0, tensor.words(2))).rejects.toThrow();
		await expect(open(3, tensor.words(2))).rejects.toThrow();
	});
});

describe("the consumer's callback runs after the state is final, and its failure changes nothing", () => {
	test.each(Object.entries(MODES))("a consumer that would %s", async (name, mode) => {
		const consumer = await chain.deploy("HostileAccount", [mode]);
		const claim = await driver.claimToy(small, consumer);
		await driver.wait(driver.game.now + challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim }, `finalise, consumer ${name}`);
		expect(await chain.owed(driver.submitter)).toBe(submitterBond + 70n);
		const fails = !["accept", "reenter", "demanding"].includes(name);
		const calls = await chain.call(consumer, "function calls() view returns (uint256)");
		expect(calls).toBe(fails ? 0n : 1n);
		expect(driver.gas.get(`finalise, consumer ${name}`)).toBeLessThan(400_000);
	});

	test("whoever finalises cannot make it fail by sending too little gas", async () => {
		const consumer = await chain.deploy("HostileAccount", [MODES.demanding]);
		const claim = await driver.claimToy(small, consumer);
		const now = driver.game.now + challengePeriod + 1;
		for (let gas = 100_000, step = 0; step < 12; step++, gas += 25_000) {
			const finalise = { type: "finalise", claim } as const;
			const { error } = await chain.act(driver.stranger, finalise, now + step, gas);
			const calls = await chain.call(consumer, "function calls() view returns (uint256)");
			expect(calls).toBe(error === undefined ? 1n : 0n);
			if (error === undefined) {
				driver.game.now = now + step;
				driver.game.play(driver.stranger, finalise);
				return;
			}
		}
		throw new Error("The claim never became final");
	});
});

describe("a deployment's parameters are checked", () => {
	test.each([
		["challengePeriod", 0],
		["increment", 0],
		["depth", 0],
		["depth", 11],
		["window", 11],
		["burnPermille", 0],
		["burnPermille", 1000],
		["submitterBond", 0n],
		["challengerBond", 0n],
		["demandBond", 0n],
		["computeAllowance", 0],
		["reserve", 2 ** 31],
	] as const)("%s = %s is refused", async (name, value) => {
		const { market, court } = contractParameters({ ...PARAMETERS, [name]: value });
		const deployed =
			name in market
				? chain.deploy("Market", [chain.court, market, NOBODY])
				: chain.deploy("Court", [chain.registry, chain.arbiter, court]);
		await expect(deployed).rejects.toThrow("InvalidParameter");
	});

	test("addresses without code are refused", async () => {
		const { market, court } = contractParameters(PARAMETERS);
		for (const args of [
			[chain.registry, driver.stranger, court],
			[driver.stranger, chain.arbiter, court],
		]) {
			await expect(chain.deploy("Court", args)).rejects.toThrow("NotAContract");
		}
		await expect(chain.deploy("Market", [driver.stranger, market, NOBODY])).rejects.toThrow("NotAContract");
	});
});
