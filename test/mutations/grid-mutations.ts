import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	GRID_AGREEMENT,
	GRID_DEALING,
	GRID_RULES,
	GRID_SIZE,
	GRID_STEPS,
	GRID_TERMS,
	GRID_TOKENS,
	GRID_WORKER,
} from "./tests.ts";

/** The rules of grids, one at a time, and what is paid in tokens. */
export const GRID_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/actors/src/grid/terms.ts",
		[GRID_TERMS],
		[
			[
				"a grid is opened whose start is refused for its stake",
				"if (token === ETHER && stake < share)",
				"if (token === ETHER && stake < 0n)",
			],
			[
				"a grid is opened whose start is refused for want of ether",
				"if (balance < needed)",
				"if (balance < fees)",
			],
			[
				"G6: a client is not warned of a share that covers nothing",
				"if (share >= least) return undefined;",
				"if (share >= 0n) return undefined;",
			],
			["G6: a client is warned of a share that covers all", "if (share >= least) return undefined;", ""],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/grid/grid-contracts.ts",
		[GRID_TERMS],
		[
			[
				"a home folder forgets a grid contract without being told to",
				"if (options.replace !== true) await requireNoGrids(world);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/grid/GridOpening.sol",
		[GRID_DEALING, GRID_RULES, GRID_AGREEMENT],
		[
			[
				"G1: a stranger adds points and starts a grid",
				"if (msg.sender != g.client) revert NotTheClient(msg.sender, g.client);",
				"",
			],
			[
				"G1: points are added after the start",
				"g = _gridIn(gridId, GridStatus.Filling);",
				"g = _grid(gridId);",
			],
			[
				"G1: a point is added twice",
				"if (_added[gridId][content]) revert DuplicatePoint(program, inputsRoot);",
				"",
			],
			[
				"G1: hyper-parameters are no part of a point's inputs",
				"roots[g.hyperInput] = Lanes.node(g.hyperWidth, terms.hyperparameters);",
				"",
			],
			["G1: all points have the same number of steps", "header.steps = terms.steps;", ""],
			[
				"G1: a grid has more than 256 points",
				"if (count + terms.length > MOST_POINTS) {",
				"if (count + terms.length > 2 * MOST_POINTS) {",
				[GRID_SIZE],
			],
			[
				"G1: a point has more hyper-parameters than others",
				"if (terms.hyperparameters.length != expected) {",
				"if (terms.hyperparameters.length < expected) {",
			],
			[
				"G5: a stake is below a share",
				'if (g.token == ETHER) _requireTerm("stake", g.stake, share, type(uint128).max);',
				"",
			],
			[
				"G5: a stake is below the least one",
				'_requireTerm("stake", terms.stake, leastStake, type(uint128).max);',
				"",
			],
			["G3: shares are of the whole bounty", "(bounty / 2) / (n - 1)", "bounty / (n - 1)"],
			[
				"B1: a grid's rounds are decided by a value that joiners may know",
				"beaconRounds[i] = beacon.roundAfter(_endOf(g, i));",
				"beaconRounds[i] = beacon.roundAfter(block.timestamp);",
			],
			[
				"T3: a permit that was used before keeps a grid from starting",
				"try IERC20Permit(g.token).permit(msg.sender, address(this), g.bounty, deadline, v, r, s) {} catch {}",
				"IERC20Permit(g.token).permit(msg.sender, address(this), g.bounty, deadline, v, r, s);",
				[GRID_TOKENS],
			],
			[
				"T1: a start within a transfer counts it twice",
				"function start(uint256 gridId) external payable nonReentrant {",
				"function start(uint256 gridId) external payable {",
				[GRID_TOKENS],
			],
			[
				"T3: any address is a token",
				"if (terms.token != ETHER) _requireToken(terms.token);",
				"",
				[GRID_TOKENS],
			],
		],
	),
	...mutationsOf(
		"contracts/grid/GridSearch.sol",
		[GRID_DEALING, GRID_AGREEMENT],
		[
			[
				"G2: a round is joined after its last second",
				"block.timestamp < from || block.timestamp >= end) {",
				"block.timestamp < from || block.timestamp > end) {",
			],
			[
				"G2: a round is joined before it begins",
				"block.timestamp < from || block.timestamp >= end",
				"block.timestamp >= end",
			],
			["G2: an account waits twice", "if (seat.waiting) revert AlreadyJoined(gridId, msg.sender);", ""],
			[
				"G2: an account has several open reservations",
				"if (_holds(gridId, seat.request)) {",
				"if (_holds(gridId, 0)) {",
			],
			[
				"B1: a round is joined whose value is known",
				"if (status != RoundStatus.Pending) revert RoundDecided(gridId, round, beaconRound_);",
				"status;",
			],
			["G5: joining is free", "_takeEther(g.stake);", ""],
			[
				"G2: a round is drawn before its end",
				"if (block.timestamp < end) revert RoundNotOver(gridId, round, block.timestamp, end);",
				"",
			],
			[
				"B1: a round is drawn before its value is known",
				"if (status == RoundStatus.Pending) revert IBeacon.RoundPending(_beaconRounds[gridId][round]);",
				"",
			],
			[
				"B1: a void round deals points",
				"if (status == RoundStatus.Known && free.length != 0) _deal",
				"if (free.length != 0) _deal",
			],
			[
				"G2: a point that came back is dealt by a value that may be known",
				"if (_points[gridId][point].from > round) break;",
				"",
			],
			[
				"G2: a point that comes back may be dealt in any round",
				"p.from = uint16(Math.min((block.timestamp - g.startedAt) / g.roundSeconds, g.rounds));",
				"",
			],
			[
				"G2: a point that comes back is never dealt again",
				"_pools[gridId].returned.push(uint16(point));",
				"",
			],
			[
				"B1: what is dealt depends on when it is drawn",
				"abi.encode(value, address(this), gridId, round, position)",
				"abi.encode(value, block.timestamp, gridId, round, position)",
			],
			["G2: who joined first is dealt first", "uint128(drawn) % r.joiners.length", "0"],
			["G2: points are dealt in their order", "(drawn >> 128) % free.length", "0"],
			[
				"G2: who is dealt no point loses its stake",
				"emit NotDealt(gridId, round, worker);\n\t\t_credit(ETHER, worker, g.stake);",
				"emit NotDealt(gridId, round, worker);",
			],
			[
				"B1: a beacon value is ordered that is ordered",
				"if (fee == 0 || beacon.isOrdered(beaconRound_)) return;",
				"if (fee == 0) return;",
			],
		],
	),
	...mutationsOf(
		"contracts/grid/GridSearch.sol",
		[GRID_RULES, GRID_AGREEMENT],
		[
			["G7: a reservation ends without grace", "uint256 end = p.until + grace;", "uint256 end = p.until;"],
			[
				"G7: a reservation expires a second late",
				"if (block.timestamp < end) revert ReservationRunning",
				"if (block.timestamp <= end) revert ReservationRunning",
			],
			[
				"G7: a reservation expires though its worker has claimed",
				"if (Reservations.isClaimed(market, p.request)) revert ClaimMade(gridId, point, p.request);",
				"",
			],
			[
				"G5: a client is paid for expiries",
				"_burn(_grids[gridId].stake);",
				"_credit(ETHER, _grids[gridId].client, _grids[gridId].stake);",
			],
			[
				"G5: nothing of a rejected stake is burned",
				"_forfeit(g.stake, _burnPermille, c.winner);",
				"_forfeit(g.stake, 0, c.winner);",
			],
			[
				"G5: who caught a false claim has nothing of its stake",
				"_forfeit(g.stake, _burnPermille, c.winner);",
				"_burn(g.stake);",
			],
			[
				"G7: a point takes the claim of another request",
				"if (c.request != p.request) revert NotTheClaim(claimId, c.request, p.request);",
				"",
			],
			[
				"C5: a live claim moves a point on",
				"if (c.status == ClaimStatus.Live) revert ClaimLive(claimId);",
				"",
			],
			["G5: an accepted point keeps its worker's stake", "_credit(ETHER, p.worker, g.stake);", ""],
			["G3: an accepted point is not paid", "_pay(g, p.worker, g.share);", ""],
			[
				"G3: the lowest score is the best",
				"return (a.score < b.score) == lowest;",
				"return a.score < b.score;",
			],
			[
				"G3: the highest score is the best",
				"return (a.score < b.score) == lowest;",
				"return a.score > b.score;",
			],
			["G4: of equal scores the first claim is the best", "return a.position < b.position;", "return false;"],
			[
				"G4: of equal scores that of a later round is the best",
				"return a.round < b.round;",
				"return a.round > b.round;",
			],
			[
				"G8: a grid is closed before its rounds are over",
				"(block.timestamp < end || g.waiting != 0",
				"(g.waiting != 0",
			],
			["G8: a grid is closed while workers wait for a draw", "g.waiting != 0 || g.open != 0", "g.open != 0"],
			["G8: a grid is closed while points are open", "g.waiting != 0 || g.open != 0", "g.waiting != 0"],
			[
				"G8: a grid of accepted points stays open",
				"if (g.accepted != g.points && (block.timestamp < end",
				"if ((block.timestamp < end",
			],
			["G8: a grid is closed twice", "g.status = GridStatus.Closed;", ""],
			["G3: the best has its share twice", "g.bounty - g.bounty / 2 - g.share", "g.bounty - g.bounty / 2"],
			["G3: a single point earns half", "g.points == 1 ? g.bounty : g.bounty", "g.bounty"],
			["G3: the rest of a bounty is nobody's", "_credit(g.token, g.client, rest);", ""],
			["G3: fees that nobody earned are nobody's", "_credit(ETHER, g.client, g.budget);", ""],
			[
				"C6: anybody tells a grid of endings",
				"if (msg.sender != address(market)) revert NotTheMarket(msg.sender, address(market));",
				"",
			],
			["C5: a grid is told of foreign requests", "if (place.grid == 0) revert NotOurs(requestId);", ""],
		],
	),
	...mutationsOf(
		"contracts/libraries/Reservations.sol",
		[GRID_RULES],
		[
			[
				"C1: anybody claims on a reservation",
				"(question.deadline, question.exclusiveUntil) = (type(uint32).max, type(uint32).max);",
				"(question.deadline, question.exclusiveUntil) = (type(uint32).max, block.timestamp);",
			],
			[
				"C1: a reservation's request expires",
				"(question.deadline, question.exclusiveUntil) = (type(uint32).max, type(uint32).max);",
				"(question.deadline, question.exclusiveUntil) = (block.timestamp + 1 days, block.timestamp + 1 days);",
			],
			["C1: a rejected claim is none", "return r.liveClaim != 0 || r.closed;", "return r.liveClaim != 0;"],
		],
	),
	...mutationsOf(
		"crates-ts/markets/src/grid-steps.ts",
		[GRID_STEPS],
		[
			[
				"G7: a worker expires reservations without their grace",
				"status === POINT_STATUS.reserved && now >= until + grid.grace",
				"status === POINT_STATUS.reserved && now >= until",
			],
			[
				"G2: a worker joins while it has a point to compute",
				"return holds || free <= waiting ? undefined : round;",
				"return free <= waiting ? undefined : round;",
			],
			[
				"B1: a worker joins a round whose value is known",
				'if (grid.rounds[round].value === "known" || grid.rounds[round].value === "void") return undefined;',
				"",
			],
			[
				"G8: a worker closes a grid whose claims are live",
				"now >= endOf(grid, grid.rounds.length - 1) && isIdle && !isOpen",
				"now >= endOf(grid, grid.rounds.length - 1) && isIdle",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/grid/claimant.ts",
		[GRID_WORKER],
		[
			["a worker of a grid answers what anybody asks", "reserved.has(request)", "request > 0"],
			[
				"a worker of a grid keeps bonds back from its points",
				'const ALL = "1000000000";',
				'const ALL = "0.1";',
			],
			[
				"a program that cannot be loaded leaves all claims undefended",
				"await troubles.attempt(",
				"await ((_: string, make: () => Promise<boolean>) => make())(",
			],
			[
				"a claim on a reservation that was ended is not defended",
				"...undecided(world, grid)",
				"...undecided(world, { ...grid, points: [] })",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/grid/grid-worker.ts",
		[GRID_WORKER],
		[
			[
				"a worker whose reservation was ended leaves its claim to itself",
				"undecided(world, grid).size > 0;",
				"false;",
			],
			["G6: a worker looks once for what it needs", "if (!(await this.#allAtHand(grid))) return true;", ""],
			["a worker joins that cannot pay its bond", "await this.#requireMoney(grid);", ""],
			[
				"a worker with claims does not start without all inputs",
				'options.joins === "never" || isIn ? [] : grid.points;',
				'options.joins === "never" ? [] : grid.points;',
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/grid/grid-contracts.ts",
		[GRID_WORKER],
		[["stakes go to whatever a file names", "await requireOfMarket(view, contracts, found);", ""]],
	),
	...mutationsOf(
		"contracts/libraries/Lanes.sol",
		[GRID_DEALING],
		[
			["a hyper-parameter is below its range", "if (value < -half || value >= half)", "if (value >= half)"],
			["a hyper-parameter is above its range", "if (value < -half || value >= half)", "if (value < -half)"],
		],
	),
	...mutationsOf(
		"contracts/ledger/TokenLedger.sol",
		[GRID_TOKENS, GRID_RULES],
		[
			["T4: an account withdraws again and again", "owed[token][msg.sender] = 0;", ""],
			[
				"T4: what was withdrawn is still owed",
				"liabilities[token] -= amount;\n\t\temit Withdrawn",
				"emit Withdrawn",
			],
			[
				"T4: a payment that is refused is lost",
				"if (!accepted) revert PaymentRefused(recipient, amount);",
				"accepted;",
			],
			[
				"T1: a withdrawal within a transfer is paid",
				"function withdrawTo(address token, address recipient) external nonReentrant returns",
				"function withdrawTo(address token, address recipient) external returns",
			],
			[
				"T2: less arrives than was asked for",
				"current - balance != amount || current < due",
				"current < due",
			],
			[
				"T2: what is owed is not there",
				"current - balance != amount || current < due",
				"current - balance != amount",
			],
			[
				"T6: ether that was not sent is taken",
				"if (msg.value != amount) revert WrongValue(msg.value, amount);",
				"",
			],
			["what is burned stays", "Address.sendValue(payable(BURN), amount);", "", [GRID_RULES]],
		],
	),
];
