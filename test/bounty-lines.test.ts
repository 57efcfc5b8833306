import { BOUNTY_STATUS } from "@umpire/markets/bounty-state.ts";
import type { SeenBounty } from "@umpire/markets/bounty-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { expect, it } from "vitest";
import { statusLines } from "../bin/bounty-lines.ts";

it("the status of a bounty says until when a round takes what", () => {
	const root = `0x${"12".repeat(32)}` as const;
	const round = {
		...{ number: 3, commitUntil: 600, revealUntil: 1200, scoreFrom: 4800, scoreUntil: 0 },
		...{ open: 1, best: 0, value: "pending" as const },
	};
	const bounty: SeenBounty = {
		...{ id: 1, owner: ETHER, status: BOUNTY_STATUS.open, isRunning: true, program: root, baseline: root },
		...{ token: ETHER, pool: 1n, rate: 1n, minGain: 14, deposit: 1n, scoreFee: 1n, grace: 30, round },
		candidates: [],
	};
	const line =
		"  round 3: takes commitments until 1970-01-01T00:10:00.000Z, weights until 1970-01-01T00:20:00.000Z; scores from 1970-01-01T01:20:00.000Z";
	expect(statusLines(bounty)).toContain(line);
	const asked = { ...bounty, round: { ...round, scoreUntil: 8400 } };
	expect(statusLines(asked)).toContain(`${line}, asked for until 1970-01-01T02:20:00.000Z`);
	expect(statusLines({ ...bounty, isRunning: false })).toContain("  round 3: closed");
});
