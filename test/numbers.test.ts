import { describe, expect, it } from "vitest";
import { etherText, numberOf } from "../bin/numbers.ts";

const read = (given: unknown, rule: Partial<Parameters<typeof numberOf>[2]> = {}) =>
	numberOf("--n", given, { describe: "", ...rule });

describe("a number on the command line", () => {
	it("is a decimal number within its bounds", () => {
		expect(["5", "-1", "0.5", ".5", "1e3", "+2", 7, " 3 "].map((given) => read(given))).toEqual([
			5, -1, 0.5, 0.5, 1000, 2, 7, 3,
		]);
		expect(read("10", { least: 1, most: 10, whole: true })).toBe(10);
	});

	it.each(["x", "", "NaN", "Infinity", "1e999", "5s", "1,5", "0x10", "--", "1 2", "١"])(
		"is not %j",
		(given) => {
			expect(() => read(given)).toThrow(/^--n takes a number, not /);
		},
	);

	it("says what would be one", () => {
		expect(() => read("0", { least: 1, most: 9, whole: true, unit: "seconds" })).toThrow(
			"--n takes a whole number of seconds from 1 to 9, not 0.",
		);
		expect(() => read("1.5", { whole: true })).toThrow("--n takes a whole number, not 1.5.");
		expect(() => read("9007199254740993", { whole: true })).toThrow(/takes a whole number, not/);
		expect(() => read("0", { least: 1e-9 })).toThrow("--n takes a number from 0.000000001 on, not 0.");
		expect(() => read(["1", "2"])).toThrow("--n is given 2 times: give it once.");
	});

	it("is a text where it is an amount, digit for digit", () => {
		expect(etherText("--fee", "0.000000000000000001")).toBe("0.000000000000000001");
		expect(etherText("--fee", 5)).toBe("5");
		for (const given of ["1,5", "-1", "1e-3", "0.0000000000000000001", "", "many", ".5"]) {
			expect(() => etherText("--fee", given)).toThrow(/^--fee takes an amount of ether, as in 0.01, not /);
		}
	});
});
