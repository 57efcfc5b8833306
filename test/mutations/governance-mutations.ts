import { type Mutation, mutationsOf } from "./mutation.ts";
import { AGREEMENT, DEPLOYMENT, DEPLOYMENT_ATTACKS, DEPLOYMENT_REFUSALS, GOVERNANCE } from "./tests.ts";

/** What is governed, and how public chains are deployed to. */
export const GOVERNANCE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/actors/src/deployment/deploy-public.ts",
		[DEPLOYMENT_ATTACKS],
		[
			["deployment: any price of gas is paid", "mostPerGas = coveredGasPrice", "mostPerGas = 2n ** 200n"],
			[
				"deployment: events are read from before a reorganisation",
				"return lesser(started, (await connection.head()).number);",
				"return started;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/deployment/public-keys.ts",
		[DEPLOYMENT_ATTACKS],
		[
			[
				"deployment: development keys go to any chain",
				"if (developmentKeys && isTest)",
				"if (developmentKeys)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/world.ts",
		[DEPLOYMENT_ATTACKS],
		[
			[
				"deployment: proofs are made with other keys",
				"if (expected === inUse?.fingerprint) return;",
				"return;",
			],
			[
				"deployment: nobody is told of development keys",
				"if (!isDevelopment(connection) && (facts === undefined || facts.isRehearsal))",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/contract-plan.ts",
		[DEPLOYMENT_ATTACKS],
		[
			[
				"deployment: somebody faster ends it",
				"if ((await codeAt(connection, address)) === undefined) throw error;",
				"throw error;",
			],
		],
	),
	...mutationsOf(
		"contracts/market/Market.sol",
		[GOVERNANCE, AGREEMENT],
		[
			[
				"governance: anybody stops requests",
				"if (msg.sender != guardian) revert NotTheGuardian(msg.sender, guardian);",
				"",
			],
			["governance: a stop lasts for ever", "duration == 0 || duration > LONGEST_STOP", "duration == 0"],
			[
				"governance: a stop has no length",
				"duration == 0 || duration > LONGEST_STOP",
				"duration > LONGEST_STOP",
			],
			[
				"governance: a stop follows at once on the last one",
				"stoppedUntil == 0 ? 0 : stoppedUntil + REST_AFTER_STOP",
				"stoppedUntil",
				[GOVERNANCE],
			],
			[
				"governance: requests are taken while they are stopped",
				"if (guardian != address(0) && block.timestamp < stoppedUntil) revert Stopped(block.timestamp, stoppedUntil);",
				"",
			],
			[
				"governance: a stop ends a second late",
				"block.timestamp < stoppedUntil) revert Stopped(",
				"block.timestamp <= stoppedUntil) revert Stopped(",
			],
			[
				"governance: a stop keeps claims out",
				"if (block.timestamp > r.deadline) revert RequestExpired(requestId, block.timestamp, r.deadline);",
				"if (block.timestamp > r.deadline || block.timestamp < stoppedUntil) revert RequestExpired(requestId, block.timestamp, r.deadline);",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Reservations.sol",
		[GOVERNANCE],
		[
			[
				"governance: a grid is deployed for a market that can be stopped",
				"if (guardian != address(0)) revert StoppableMarket(address(market), guardian);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/governance/Directory.sol",
		[GOVERNANCE],
		[
			[
				"governance: a listing is present at once",
				"number == 1 ? block.timestamp : block.timestamp + delay",
				"block.timestamp",
			],
			[
				"governance: the first listing waits",
				"number == 1 ? block.timestamp : block.timestamp + delay",
				"block.timestamp + delay",
			],
			[
				"governance: several listings are to come",
				"if (_isWaiting()) revert ListingWaiting(number - 1, _listings[number - 2].from);",
				"",
			],
			[
				"governance: a listing that is not there is shown empty",
				"if (number == 0 || number > _listings.length) revert UnknownListing(number); return _listings[number - 1];",
				"if (number != 0 && number <= _listings.length) return _listings[number - 1]; Listing memory none; return none;",
			],
			["governance: what is present is taken back", "if (!_isWaiting()) revert NothingWaiting();", ""],
			[
				"governance: anybody names a deployment",
				"function publish(Listing calldata listing) external restricted returns",
				"function publish(Listing calldata listing) external returns",
			],
			[
				"governance: anybody retracts",
				"function retract() external restricted {",
				"function retract() external {",
			],
			[
				"governance: anybody stops a market through the directory",
				"function stopRequests(IMarket market, uint256 duration) external restricted {",
				"function stopRequests(IMarket market, uint256 duration) external {",
			],
			[
				"governance: what is listed is of another market",
				"if (actual != market) revert WrongMarket(actual, market);",
				"",
			],
			[
				"governance: attestations of a listing are not looked at",
				"_requireOf(market, listing.attestations);",
				"",
			],
			["governance: the delay is a day", "_LEAST_DELAY = 2 days", "_LEAST_DELAY = 1 days"],
		],
	),
	...mutationsOf(
		"contracts/governance/Governance.sol",
		[GOVERNANCE],
		[
			[
				"governance: the timelock is quicker than the directory",
				'Parameter.requireWithin("timelock", timelock.getMinDelay(), delay, type(uint256).max);',
				"",
			],
			[
				"governance: the publisher gives roles",
				"AccessManager(address(timelock))",
				"AccessManager(publisher)",
			],
			[
				"governance: the guardian names deployments",
				"IDirectory.publish.selector, PUBLISHER",
				"IDirectory.publish.selector, GUARDIAN",
			],
			[
				"governance: the publisher stops requests",
				"IDirectory.stopRequests.selector, GUARDIAN",
				"IDirectory.stopRequests.selector, PUBLISHER",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/contract-plan.ts",
		[DEPLOYMENT],
		[
			["deployment: what is there is deployed again", "if (there.has(address)) continue;", ""],
			[
				"deployment: what is on its way is sent again",
				"await settlePending(signer);",
				"await Promise.resolve();",
			],
			[
				"deployment: other code of a verifier passes",
				"keccak256(found) === runtimeCodeHash",
				"keccak256(found).length === runtimeCodeHash.length",
			],
			[
				"deployment: other code passes",
				"if (isPlanned) continue;",
				"if (isPlanned || found.length > 2) continue;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/chain-fit.ts",
		[DEPLOYMENT_REFUSALS],
		[
			[
				"deployment: a missing precompile is no hindrance",
				"return found === answer;",
				"return found !== undefined || answer !== undefined;",
			],
			[
				"deployment: a pairing that is always right is taken",
				'{ what: "precompile 8 (pairings on BN254)", to: precompile(8), data: paired(2n), answer: words(0) }',
				"",
			],
			[
				"deployment: increments are shorter than blocks",
				"if (parameters.increment < increment) {",
				"if (parameters.increment < increment / 100) {",
			],
			[
				"deployment: crowding is not checked",
				"if (parameters.crowding < crowding && uncheckedCrowding !== true) {",
				"if (parameters.crowding < 0 && uncheckedCrowding !== true) {",
			],
			[
				"deployment: bonds do not cover gas",
				"if (covered >= highestGasPrice) return [];",
				"if (covered > 0n) return [];",
			],
			[
				"deployment: blocks are too small",
				"if (2 * dearest > Number(facts.gasLimit)) {",
				"if (dearest > Number(facts.gasLimit)) {",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/deployment/public-keys.ts",
		[DEPLOYMENT_REFUSALS],
		[
			[
				"deployment: development keys are deployed to a public chain",
				"if (isDevelopment(connection)) return undefined;",
				"if (connection.chain.id > 0) return undefined;",
			],
			[
				"deployment: a rehearsal is deployed to a public chain",
				"if (!isRehearsal || isDevelopment(connection)) return;",
				"if (connection.chain.id > 0) return;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/deployment/deploy-public.ts",
		[DEPLOYMENT_REFUSALS, DEPLOYMENT],
		[
			["deployment: what speaks against it is not looked at", "requireFit(report);", ""],
			["deployment: a key without ether begins to deploy", "await requireFunds(signer, report);", ""],
			[
				"deployment: a finished deployment is measured again",
				"if (report.contracts.some(({ deployed }) => !deployed)) {",
				"if (report.contracts.length > 0) {",
			],
			[
				"deployment: events are read from where it was resumed",
				"if (started !== undefined) {",
				"if (started === 0n) {",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/find-deployment.ts",
		[DEPLOYMENT],
		[
			[
				"deployment: verifiers of other keys are taken",
				"if (found !== undefined && keccak256(found) === verifiers[name]) return;",
				"if (found !== undefined) return;",
			],
		],
	),
];
