import { deployAttesters, openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { deployBounties, openBounties } from "@umpire/actors/bounties/bounty-contracts.ts";
import { deployGrids, openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { type Call, read, send } from "@umpire/chain/send.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { blsKey } from "@umpire/markets/bls.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { GRID_PRESETS } from "@umpire/markets/grid-parameters.ts";
import { possessionMessage } from "@umpire/markets/signed-messages.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { TOY_INPUTS, ToyProgram } from "@umpire/testing/game/toy-program.ts";
import type { Fixture } from "./fixture.ts";

/** An evaluation, by its header: nobody runs it. */
const PROGRAM = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const { depositMin, scoreFeeMin, ...TIMES } = BOUNTY_PRESETS.test;
const GRIDS = GRID_PRESETS.test;
/** Seconds between two blocks, as the beacons are told. */
const BLOCK = 1;
const COMMITMENT = `0x${"cd".repeat(32)}`;
const STAKE = ATTESTER_PRESETS.test.leastStake;

/** Deploys grids, bounties and operators beside a market, and registers what grids and bounties are about. */
export async function deployMarkets(world: World): Promise<void> {
	await deployGrids(world, { ...GRIDS, blockSeconds: BLOCK });
	await deployBounties(world, { parameters: BOUNTY_PRESETS.test, blockSeconds: BLOCK });
	await deployAttesters(world, ATTESTER_PRESETS.test);
	await send(world.signer, callOf(world.contracts, { type: "register", header: PROGRAM.header }));
}

/** Moves in grids, bounties and lists of operators, some of which the contracts refuse. */
export async function marketsPlayer(fixture: Fixture, attempt: (world: World, call: Call) => Promise<void>) {
	const client = await fixture.world("requester");
	const worker = await fixture.world("third-submitter");
	const { grid, beacon: gridBeacon } = await openGrids(client);
	const { bounties, beacon: bountyBeacon } = await openBounties(client);
	const { operators } = await openAttesters(client);
	const inputRoots = TOY_INPUTS.map(({ root }) => root);
	const ofGrid = {
		...{ program: PROGRAM.root, inputRoots, hyperInput: 0, hyperWidth: 8, hyperElements: 2, lowest: true },
		...{ token: ETHER, bounty: GRIDS.leastStake, stake: GRIDS.leastStake, rounds: 2 },
		...{ roundSeconds: 600, reservationSeconds: 600 },
	};
	const ofBounty = {
		...{ program: PROGRAM.root, inputRoots, baselineInput: 0, candidateInput: 1, statesInput: 2 },
		...{ width: 16, elements: 40, token: ETHER, pool: 1000n, rate: 10n, minGain: 3, paidRounds: 2 },
		...{ deposit: depositMin, scoreFee: scoreFeeMin },
		...{ commitSeconds: TIMES.commitSeconds, revealSeconds: TIMES.scoreSeconds },
		...{ availabilitySeconds: TIMES.availabilitySeconds, scoreSeconds: TIMES.scoreSeconds },
	};
	const { fee } = { fee: await read(client.contracts, gridBeacon, "fee", []) };
	const bountyFee = await read(client.contracts, bountyBeacon, "fee", []);
	const points = [1, 2].map((value) => ({ steps: 1, hyperparameters: [value, 0] }));
	const { chain } = client.contracts.connection;
	return {
		grid: async () => {
			await attempt(client, { contract: grid, functionName: "open", args: [ofGrid] });
			const id = await read(client.contracts, grid, "gridCount", []);
			await attempt(client, { contract: grid, functionName: "addPoints", args: [id, points] });
			const value = ofGrid.bounty + fee * BigInt(ofGrid.rounds);
			await attempt(client, { contract: grid, functionName: "start", args: [id], value });
		},
		join: async () => {
			const id = await read(client.contracts, grid, "gridCount", []);
			await attempt(worker, { contract: grid, functionName: "join", args: [id, 0n], value: ofGrid.stake });
		},
		bounty: () =>
			attempt(client, {
				...{ contract: bounties, functionName: "open", args: [ofBounty] },
				value: BigInt(ofBounty.paidRounds) * bountyFee + ofBounty.pool,
			}),
		enter: async () => {
			const id = await read(client.contracts, bounties, "bountyCount", []);
			const args = [id, 1n, COMMITMENT];
			await attempt(worker, { contract: bounties, functionName: "commit", args, value: depositMin });
		},
		operator: async () => {
			const taken = await read(client.contracts, operators, "taken", []);
			const { twin, key, prove } = blsKey(1000n + taken);
			const account = worker.signer.account.address;
			const proof = prove(
				possessionMessage({ chainId: chain.id, operators: operators.address }, account, twin),
			);
			const args = [twin, key, proof];
			await attempt(worker, { contract: operators, functionName: "register", args, value: STAKE });
		},
		leave: () => attempt(worker, { contract: operators, functionName: "leave" }),
	};
}
