import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import type { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { initialState } from "@umpire/game/state.ts";
import type { AttesterParameters } from "@umpire/markets/attester-parameters.ts";
import {
	type Aggregate,
	type AttesterWorld,
	epochAt,
	initialAttesters,
	NO_COVER,
	numbersOf,
	type Operator,
	type Point,
	setOf,
} from "@umpire/markets/attester-state.ts";
import { type AttesterAction, applyToAttesters } from "@umpire/markets/attester-world.ts";
import { aggregated, type BlsKey, blsKey } from "@umpire/markets/bls.ts";
import { possessionMessage, type SigningDomain, voteMessage } from "@umpire/markets/signed-messages.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { Deployed } from "../chain/deployed.ts";
import type { Outcome, TestChain } from "../chain/test-chain.ts";
import { arbiter, PARAMETERS } from "../game/game-driver.ts";
import { ACCUSATION_FIELDS, COVER_FIELDS, OPERATOR_FIELDS, pick, RECORD_FIELDS } from "./attester-fields.ts";
import { PairDriver } from "./pair-driver.ts";

/** Small amounts and times. */
export const ATTESTERS: AttesterParameters = {
	leastStake: 10_000n,
	epochSeconds: 60,
	accusationSeconds: 150,
	rewardPermille: 250,
	premiumPermille: 2,
	bondPermille: 10,
	claimSeconds: 40,
};

/** Operators and attestations on a chain that has a market. */
export interface AttesterStage {
	readonly chain: TestChain;
	readonly operators: Deployed;
	readonly attestations: Deployed;
	readonly genesis: number;
}

/** Contracts whose errors a chain has to know for operators and attestations. */
export const ATTESTER_CONTRACTS = ["Operators", "Attestations", "SoftRecorder"] as const;

export async function deployAttesters(
	chain: TestChain,
	parameters: AttesterParameters = ATTESTERS,
): Promise<AttesterStage> {
	const operators = await Deployed.deploy(chain, "Operators", [chain.market, parameters]);
	const genesis = await chain.time();
	const args = [chain.market, operators.address, parameters];
	const attestations = await Deployed.deploy(chain, "Attestations", args);
	await operators.send(chain.accounts[0], "bind", [attestations.address]);
	return { chain, operators, attestations, genesis };
}

/** What nobody has signed with: for signatures that are refused. */
const FORGER = blsKey(0xbadn);

/** Operators, attestations and their model, played in step; real keys, and real signatures. */
export class AttesterDriver extends PairDriver<AttesterWorld, AttesterAction> {
	readonly stage: AttesterStage;
	/** wei that were burned before */
	readonly #burned: bigint;
	/** by the twin's coordinates */
	readonly #keys = new Map<string, BlsKey>();

	constructor(stage: AttesterStage, now: number, burned: bigint) {
		const { chain, operators, attestations, genesis } = stage;
		const addresses = { operators: operators.address, attestations: attestations.address };
		const game = initialState(PARAMETERS, chain.domain);
		super(initialAttesters(game, { addresses, parameters: ATTESTERS, genesis }), now);
		this.stage = stage;
		this.#burned = burned;
	}

	/** Begins at the chain's time. */
	static async on(stage: AttesterStage): Promise<AttesterDriver> {
		return new AttesterDriver(stage, await stage.chain.time(), await stage.chain.burned());
	}

	/** The key of a secret, known from now on. */
	keyOf(secret: bigint): BlsKey {
		const key = blsKey(secret);
		this.#keys.set(key.twin.join(), key);
		return key;
	}

	/** Registers an account with the key of a secret; `valid` or not. */
	registration(account: Hex, secret: bigint, value: bigint, valid = true) {
		const key = this.keyOf(secret);
		const message = this.proofMessage(valid ? account : this.stage.operators.address, key.twin);
		const { twin, key: twist } = key;
		return {
			type: "registerOperator",
			...{ value, twin, key: twist, proof: key.prove(message), valid },
		} as const;
	}

	proofMessage(account: Hex, twin: Point): Hex {
		return possessionMessage(this.#domain, account, twin);
	}

	message(epoch: number, statement: Hex): Hex {
		return voteMessage(this.#domain, epoch, statement);
	}

	get #domain(): SigningDomain {
		const { addresses, game } = this.world;
		return { chainId: Number(game.domain.chainId), operators: addresses.operators };
	}

	statement(program: Hex, inputsRoot: Hex, outputRoot: Hex): Hex {
		return statementOf(this.world.game.domain.market, program, inputsRoot, outputRoot);
	}

	/** The signature of those operators of `signers` that there are; of nobody a stranger's. */
	signed(epoch: number, statement: Hex, signers: bigint, valid = true): Aggregate {
		const message = this.message(epoch, statement);
		const keys = numbersOf(signers).flatMap((number) => {
			const twin = this.world.operators.get(number)?.twin.join() ?? "";
			return this.#keys.get(twin) ?? [];
		});
		if (!valid || keys.length === 0) keys.push(FORGER);
		return aggregated(keys.map(({ key, sign }) => ({ key, signature: sign(message) })));
	}

	/** An attestation of a claim by operators, in an epoch. */
	attestation(claim: number, signers: bigint, epoch = this.epoch, valid = true) {
		const made = this.world.game.claims[claim - 1];
		const request = this.world.game.requests[(made?.request ?? 0) - 1];
		const { program, inputsRoot } = request ?? { program: wordHex(0n), inputsRoot: wordHex(0n) };
		const statement = this.statement(program, inputsRoot, made?.outputRoot ?? wordHex(0n));
		const aggregate = this.signed(epoch, statement, signers, valid);
		return { type: "attest", claim, epoch, signers, aggregate, valid } as const;
	}

	/** The epoch in which the next move is made. */
	get epoch(): number {
		return epochAt(this.world, this.now + 1);
	}

	/** What an account is owed by one of the contracts. */
	owed(contract: "operators" | "attestations", account: Hex): bigint {
		return owedIn(this.world.ledgers[contract], ETHER, account);
	}

	protected override applied(
		move: (AttesterAction | Action) & { readonly sender: Hex },
	): AttesterWorld | GameError {
		return applyToAttesters(this.world, move, this.now, arbiter);
	}

	/** What the contracts and the model know, each, for comparison: operators, sets, records, accusations, money. */
	async both(people: readonly Hex[]): Promise<readonly [unknown, unknown]> {
		const { chain, operators, attestations } = this.stage;
		const { world } = this;
		const contracts = [operators, attestations];
		const ledgers = [world.ledgers.operators, world.ledgers.attestations];
		const epoch = epochAt(world, this.now);
		const epochs = [epoch - 1, epoch, epoch + 1, epoch + 2];
		const requests = [...world.game.requests.keys()].map((i) => i + 1);
		const [reserved, available] = await attestations.read<readonly bigint[]>("reliedOn");
		const least = world.leastStake;
		const onChain = {
			taken: await operators.read<bigint>("taken"),
			operators: await inTurn([...world.operators.keys()], async (number) =>
				pick(await operators.read("getOperator", [BigInt(number)]), OPERATOR_FIELDS),
			),
			sets: await inTurn(epochs, async (one) => {
				const { stake, live, members } = await operators.read<Awaited<ReturnType<typeof setOf>>>("setOf", [
					BigInt(one),
				]);
				return { stake, live, members };
			}),
			records: await inTurn([...world.records.keys()], async (i) =>
				pick(await attestations.read("getRecord", [BigInt(i + 1)]), RECORD_FIELDS),
			),
			accusations: await inTurn([...world.accusations.keys()], async (i) =>
				pick(await attestations.read("getAccusation", [BigInt(i + 1)]), ACCUSATION_FIELDS),
			),
			covers: await inTurn(requests, async (request) =>
				pick(await attestations.read("getCover", [BigInt(request)]), COVER_FIELDS),
			),
			relied: [reserved, available],
			pot: await attestations.read<bigint>("pot"),
			oldest: await attestations.read<bigint>("oldestOpen"),
			liabilities: await inTurn(contracts, (contract) => contract.read<bigint>("liabilities", [ETHER])),
			owed: await inTurn(contracts, (contract) =>
				inTurn(people, (account) => contract.read<bigint>("owed", [ETHER, account])),
			),
			held: await inTurn(contracts, ({ address }) => chain.balance(address)),
			burned: (await chain.burned()) - this.#burned,
		};
		const liabilities = ledgers.map((ledger) => liabilityIn(ledger, ETHER));
		const oldest = world.records[world.head - 1]?.madeIn;
		const { rewardPermille } = world.parameters;
		const inModel = {
			taken: [...world.operators.keys()].reduce((set, number) => set | (1n << BigInt(number)), 0n),
			operators: [...world.operators.values()].map((one) => pick(operatorFields(one), OPERATOR_FIELDS)),
			sets: epochs.map((one) => setOf(world, one)),
			records: world.records.map((one) => pick(one, RECORD_FIELDS)),
			accusations: world.accusations.map((one) => pick(one, ACCUSATION_FIELDS)),
			covers: requests.map((request) => pick(world.covers.get(request) ?? NO_COVER, COVER_FIELDS)),
			relied: [world.reserved, least === 0n ? 0n : (BigInt(1000 - rewardPermille) * 2n * least) / 3000n],
			pot: world.pot,
			oldest: oldest === undefined ? 2n ** 256n - 1n : BigInt(oldest),
			liabilities,
			owed: ledgers.map((ledger) => people.map((account) => owedIn(ledger, ETHER, account))),
			held: liabilities,
			burned: ledgers.reduce((sum, { burned }) => sum + burned, world.game.burned),
		};
		return [onChain, inModel];
	}

	protected override sent(sender: Hex, action: AttesterAction | Action): Promise<Outcome> {
		const { chain, operators, attestations } = this.stage;
		const at = this.now;
		const to = (contract: Deployed, name: string, args: readonly unknown[] = [], value = 0n) =>
			contract.try(sender, name, args, { value, at });
		const big = BigInt;
		switch (action.type) {
			case "registerOperator":
				return to(operators, "register", [action.twin, action.key, action.proof], action.value);
			case "leaveSet":
				return to(operators, "leave");
			case "exitOperator":
				return to(operators, "exit", [big(action.operator)]);
			case "attest": {
				const { claim, epoch, signers, aggregate } = action;
				return to(attestations, "attest", [big(claim), big(epoch), signers, aggregate]);
			}
			case "syncRecord":
				return to(attestations, "sync", [big(action.record)]);
			case "accuse":
				return to(attestations, "accuse", [big(action.record)], action.value);
			case "judge":
				return to(attestations, "judge", [big(action.accusation), big(action.claim)]);
			case "lapseAccusation":
				return to(attestations, "lapse", [big(action.accusation)]);
			case "acquit":
			case "closePremium":
				return to(attestations, action.type, [big(action.record)]);
			case "equivocation": {
				const { program, inputsRoot, one, other } = action;
				const votes = [one, other].map((vote) => ({ ...vote, epoch: big(vote.epoch) }));
				return to(attestations, "equivocation", [program, inputsRoot, ...votes]);
			}
			case "cover":
				return to(attestations, "cover", [big(action.request), action.covered], action.value);
			case "uncover":
				return to(attestations, "uncover", [big(action.request)]);
			case "bindCover":
				return to(attestations, "bindCover", [big(action.request), big(action.record)]);
			case "postWitnesses":
				return to(attestations, "postWitnesses", [action.root]);
			case "showWitness": {
				const { record, operator, own, program, descriptor, tensorRoot, path } = action;
				const args = [big(record), big(operator), own, program, descriptor, tensorRoot, path];
				return to(attestations, "showWitness", args);
			}
			case "advance":
				return to(attestations, "advance", [big(action.most)]);
			case "withdrawStake":
				return to(this.stage[action.contract], "withdrawTo", [ETHER, sender]);
			default:
				return chain.act(sender, action, at);
		}
	}
}

const operatorFields = ({ twin: [x, y], ...rest }: Operator): Record<string, unknown> => ({ ...rest, x, y });

async function inTurn<T, R>(items: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> {
	const made: R[] = [];
	for (const item of items) made.push(await make(item));
	return made;
}
