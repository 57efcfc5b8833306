import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim } from "@umpire/chain/contracts.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { read } from "@umpire/chain/send.ts";
import { lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { type Abi, encodeFunctionData, zeroAddress } from "viem";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let rpc: (method: string, ...params: unknown[]) => Promise<unknown>;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection, 30);
	const request = connection.reader.request as (args: unknown) => Promise<unknown>;
	rpc = (method, ...params) => request({ method, params });
});
afterEach(async () => {
	await fixture.close();
	await connection.close();
});

/** Mines what waits, so many seconds after the last block. */
async function mine(seconds = 12n): Promise<void> {
	const { timestamp } = await connection.reader.getBlock({ blockTag: "latest" });
	await rpc("evm_setNextBlockTimestamp", `0x${(timestamp + seconds).toString(16)}`);
	await rpc("evm_mine");
}

describe("an attentive submitter", () => {
	it("answers 500 demands of distinct nodes in time, at blocks of 12 seconds", async () => {
		const { contracts } = fixture;
		const demands = 500;
		const spec = (shape: number[]): TensorSpec => {
			const layout = shape.map((_, axis) => axis);
			return { shape, layout, width: 8, low: -128, high: 127, scale: 1 };
		};
		// An input of one leaf each: answering one costs a hash, not eight.
		const program: Program = {
			name: "views",
			steps: 1,
			inputs: Array.from({ length: demands }, (_, i) => ({ name: `x${i}`, ...spec([1]) })),
			constants: [],
			operators: Array.from({ length: demands }, (_, index) => ({
				...spec([1, 1]),
				kind: "View",
				form: { type: "reshape" },
				operands: [{ source: "input", index }],
				node: `view ${index}`,
				opType: "Reshape",
			})),
			outputs: [{ name: "y", operator: 0 }],
		};
		const commitment = await commitProgram(program);
		const requester = await fixture.world("requester");
		const { number, root } = await registerProgram(requester, program, commitment);
		const inputs = program.inputs.map((_, i) => Int8Array.of(i % 100));
		const loaded = { number, root, program, commitment };
		await postRequest(requester, loaded, inputs, { fee: "0.01", within: 86_400 });
		const honest = await submitter(await fixture.world("submitter"), String(number), { progress: () => {} });
		await honest.tick();
		await rpc("evm_setAutomine", false);
		const { demandBond: value } = contracts.deployment.parameters;
		const attacker = localAccount("second-submitter").address;
		for (let input = 0; input < demands; input++) {
			const descriptor = encodeDescriptor(commitment.descriptors[input]);
			const opening = { descriptor, path: commitment.descriptorTree.path(input) };
			const at = { claim: 1, input, chunk: 0, operator: input };
			const move = { type: "demandInput", value, ...at, opening } as const;
			const { functionName, args } = callOf(contracts, move);
			const data = encodeFunctionData({ abi: contracts.court.abi as Abi, functionName, args: args ?? [] });
			const [hexValue, gas, nonce] = [value, 300_000n, BigInt(input)].map((n) => `0x${n.toString(16)}`);
			const transaction = { from: attacker, to: contracts.court.address, data, value: hexValue, gas, nonce };
			await rpc("eth_sendTransaction", transaction);
			// Hardhat's pool is slow when it is full.
			if (input % 25 === 24) await mine(1n);
		}
		const asked = async () =>
			Number(await read(contracts, contracts.court, "inputDemandCount", [contracts.market.address]));
		while ((await asked()) < demands) await mine(1n);
		const look = gameReader(contracts, eventFeed(contracts), zeroAddress);
		const left = async () =>
			(await read(contracts, contracts.court, "proceedings", [contracts.market.address, 1n])).openDemands;
		for (let block = 0; block < 200 && (await left()) > 0; block++) {
			await honest.tick();
			await mine();
		}
		const state = await look();
		expect(state.inputDemands).toHaveLength(demands);
		expect(state.inputDemands.every(({ open }) => !open)).toBe(true);
		for (const [key, { time }] of state.inputAnswers) {
			const input = Number(key.split(" ")[2]);
			const demand = state.inputDemands.find((other) => other.input === input)!;
			expect(time, `input ${input}`).toBeLessThanOrEqual(lastSecondToAnswer(state, demand));
		}
		expect((await getClaim(contracts, 1n)).status).toBe(CLAIM_STATUS.live);
	});
});
