import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "@umpire/errors/codes.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { isRetryable, UmpireError } from "@umpire/errors/umpire-error.ts";
import { describe, expect, test } from "vitest";

describe("an error", () => {
	test("says what was found and what would help in one line, and keeps both apart", () => {
		const cause = new Error("EACCES");
		const error = new UmpireError("STORED", "the home folder cannot be written", {
			advice: "choose another",
			cause,
		});
		expect(error.message).toBe("the home folder cannot be written: choose another");
		expect(error).toMatchObject({ code: "STORED", found: "the home folder cannot be written", cause });
		expect(error.advice).toBe("choose another");
		expect(new UmpireError("CHAIN", "it is silent", { advice: "Wait.", separator: ". " }).message).toBe(
			"it is silent. Wait.",
		);
	});

	test("without advice or cause has neither", () => {
		const error = new UmpireError("CHAIN", "the node is silent");
		expect(error.message).toBe("the node is silent");
		expect(error.advice).toBeUndefined();
		expect("cause" in error).toBe(false);
	});

	test("is retryable only if it says so, and a defect never is", () => {
		expect(isRetryable(new UmpireError("CHAIN", "silent", { retryable: true }))).toBe(true);
		expect(isRetryable(new UmpireError("CHAIN", "silent"))).toBe(false);
		expect(isRetryable(Object.assign(new Error("silent"), { retryable: true }))).toBe(false);
	});
});

test("a code of Umpire's is none of the operating system's", () => {
	expect(systemCodeOf(Object.assign(new Error("no"), { code: "ENOENT" }))).toBe("ENOENT");
	expect(systemCodeOf(new UmpireError("EXACTNESS", "no"))).toBeUndefined();
	expect(systemCodeOf(new Error("no"))).toBeUndefined();
});

test("every code is documented with its meaning, and no other", () => {
	const text = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");
	const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [
		code,
		meaning,
	]);
	expect(Object.fromEntries(rows)).toEqual(ERROR_CODES);
});
