import { metricsOf } from "@umpire/actors/metrics.ts";
import type { MonitorReport } from "@umpire/actors/monitor-report.ts";
import { printable } from "@umpire/actors/printable.ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { complain, progress, setLog, warn } from "../bin/log.ts";
import { bad, bold, jsonText, line } from "../bin/output.ts";

/** Clears the screen, names the window, and hides what follows. */
const HOSTILE = "\u001b[2J\u001b]0;x\u0007name\r\n\u202eevil\u2028\u0085\u009b31m\u200b\ud800";

afterEach(() => {
	vi.restoreAllMocks();
	setLog({ format: "text", timed: false, to: "stderr" });
});

describe("what is told", () => {
	it("has a time and a level where a command runs on, and is JSON where that is asked for", () => {
		const written: string[] = [];
		vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
		vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(`out ${text}`) > 0);
		const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
		warn("low");
		expect(written.pop()).toBe("warning: low\n");
		setLog({ timed: true });
		progress("one");
		expect(written.pop()).toMatch(new RegExp(`^${time} info    one\n$`));
		setLog({ format: "json" });
		complain("two\nlines", { code: "CHAIN" });
		const { time: told, ...rest } = JSON.parse(written.pop()!);
		expect(told).toMatch(new RegExp(`^${time}$`));
		expect(rest).toEqual({ level: "error", message: "two lines", code: "CHAIN" });
		setLog({ to: "stdout" });
		progress("three");
		expect(written.pop()).toMatch(/^out \{"time":.*"message":"three"\}\n$/);
	});
});

describe("text from files and chains", () => {
	it("is escaped, on one line, and cut", () => {
		const shown = printable(HOSTILE);
		expect(shown).toBe(
			"\\u001b[2J\\u001b]0;x\\u0007name\\u000d\\u000a\\u202eevil\\u2028\\u0085\\u009b31m\\u200b\\ud800",
		);
		expect(printable("Conv_1 größer 数字 🙂 ×")).toBe("Conv_1 größer 数字 🙂 ×");
		expect(printable("a".repeat(5000)).length).toBeLessThan(2100);
	});

	it("reaches a terminal escaped, whichever way it is written", () => {
		const written: string[] = [];
		vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
		progress(HOSTILE);
		warn(HOSTILE);
		complain(HOSTILE);
		setLog({ timed: true });
		warn(HOSTILE);
		setLog({ format: "json" });
		warn(HOSTILE);
		written.push(`${line(`program ${HOSTILE}`)}\n`, `${line(`${bold(HOSTILE)} and ${bad(HOSTILE)}`)}\n`);
		for (const text of written) {
			expect(text).toContain("\\u001b[2J");
			expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
		}
	});

	it("is the same text again where JSON is read", () => {
		const text = jsonText({ name: HOSTILE }, "\t");
		expect(text.replaceAll(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
		expect(JSON.parse(text)).toEqual({ name: HOSTILE });
	});

	it("is escaped in labels of metrics", () => {
		const empty = {
			claims: [],
			disputes: [],
			problems: [],
			acknowledged: [],
			account: null,
			lastEvent: null,
		};
		const money = {
			balance: 0n,
			liabilities: 0n,
			surplus: 0n,
			claimBonds: 0n,
			disputeBonds: 0n,
			owed: 0n,
			price: 0n,
		};
		const endpoints = [{ endpoint: `${HOSTILE}"`, block: null, headAge: null, trouble: null }];
		const block = { number: 1, time: 1 };
		const text = metricsOf({
			...empty,
			chainId: 1,
			market: "0x",
			court: "0x",
			block,
			endpoints,
			money,
		} as MonitorReport);
		expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
		expect(text).toContain('\\ud800\\""} 1\n');
	});
});
