import { type Mutation, mutationsOf } from "./mutation.ts";
import { ATTESTER, EIGEN_OPERATORS, JOB_WORKER } from "./tests.ts";

/** The rules of operators whose stake is EigenLayer's, and of what attesters send and remember. */
export const EIGEN_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/network/EigenOperators.sol",
		[EIGEN_OPERATORS],
		[
			[
				"eigen E1: any rows are a table",
				"if (root != info.operatorInfoTreeRoot) revert WrongTable(root, info.operatorInfoTreeRoot);",
				"root;",
			],
			[
				"eigen E1: an epoch's table is replaced",
				"if (table.members != 0) revert AlreadyOpen(epoch, table.referenceTimestamp);",
				"",
			],
			[
				"eigen E1: two rows are of one operator",
				"if (members.has(number)) revert WrongKey(i, _operators[number].account);",
				"",
			],
			["eigen E1: a key is nobody's", "if (account == address(0)) revert WrongKey(row, account);", ""],
			[
				"eigen E1: an operator gets a number for every table",
				"if (_numbers[account] != 0) return _numbers[account] - 1;",
				"",
			],
			[
				"eigen E2: a certificate is about anything",
				"if (certificate.messageHash != expected) revert WrongMessage(certificate.messageHash, expected);",
				"expected;",
			],
			[
				"eigen E2: a certificate is of any table",
				"if (certificate.referenceTimestamp != table.referenceTimestamp || table.members == 0) {",
				"if (table.members == 0) {",
			],
			["eigen E2: whoever has not signed has signed", "signers ^= 1 << uint8(numbers[row]);", "row;"],
			["eigen E2: half is a quorum", "_QUORUM = 6667;", "_QUORUM = 5000;"],
			[
				"eigen E2: a certificate without a quorum counts",
				"if (!_verifier.verifyCertificateProportion(_set(), certificate, thresholds)) {",
				"if (!_verifier.verifyCertificateProportion(_set(), certificate, thresholds) && signers == 0) {",
			],
			[
				"eigen E3: nobody need have signed",
				"if (missing != 0) revert NotCertified(epoch, statement, missing);",
				"missing;",
			],
			[
				"eigen E5: whoever is condemned counts",
				"signers & table.members & ~condemned;",
				"signers & table.members;",
			],
			["eigen E5: an operator is slashed twice", "slashed |= 1 << operator;", ""],
			[
				"eigen E5: half of a stake is slashed",
				"params.wadsToSlash[i] = 1e18;",
				"params.wadsToSlash[i] = 5e17;",
			],
			[
				"eigen E6: anybody condemns",
				"if (msg.sender != attestations) revert WrongCaller(msg.sender, attestations);",
				"",
			],
			[
				"eigen E6: strategies fall",
				"if (set.strategies[i] <= set.strategies[i - 1]) revert WrongStrategies(set.strategies);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Covers.sol",
		[EIGEN_OPERATORS],
		[
			[
				"eigen E4: covers are borne by stake that pays nothing",
				"if (!_isPaid) revert NothingToRelyOn(address(operators));",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/keeper.ts",
		[ATTESTER],
		[
			[
				"attesters A7: what is mined in a later epoch has the gas of an earlier one",
				"export const NEW_EPOCHS = 400_000n;",
				"export const NEW_EPOCHS = 0n;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/network-contracts.ts",
		[JOB_WORKER],
		[
			[
				"network: a home folder forgets workers and jobs without being told to",
				"if (options.replace !== true) await requireNoNetwork(world);",
				"",
			],
			[
				"network: another jobs contract is taken in the place of the one that is known",
				"if (!replace) await requireNoNetwork(view, at.address);",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/consumer-contracts.ts",
		[JOB_WORKER],
		[
			[
				"network: any contract that says the right things is taken for jobs",
				"await requireOwnCode(view.contracts.connection, name, given);",
				"name;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/read-network.ts",
		[JOB_WORKER],
		[
			[
				"network: each job is asked for alone",
				"for (const job of await readJobs(this.#view, this.#contracts, ids)) {",
				"for (const id of ids) { const job = await readJob(this.#view, this.#contracts, id);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/coordinator.ts",
		[JOB_WORKER],
		[
			[
				"network: a local chain makes no block for jobs that wait for a value",
				"if (!acted && (await this.#makeBlock(network, now))) acted = true;",
				"now;",
			],
			[
				"network: a local chain makes blocks while a round runs",
				'if (oldest.value !== "pending" || now < genesis + oldest.round * roundSeconds) return false;',
				'if (oldest.value !== "pending") return false; now; genesis; roundSeconds;',
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/job-worker.ts",
		["crates-ts/actors/test/job-worker.test.ts"],
		[
			[
				"network: a worker does not look where it is told to",
				"await fetchQuestion(world, root, inputsRoot, tell);",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/attester.ts",
		[ATTESTER],
		[["attesters A11: an attester does not look where it is told to", "await this.#fetch(seen);", ""]],
	),
];
