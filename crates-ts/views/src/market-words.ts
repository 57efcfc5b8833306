import type { StatusView } from "./dispute-view.ts";
import { etherNumber, grouped, short } from "./text.ts";

/** How a program is called, by its root. */
export type Naming = (root: string) => { readonly name: string; readonly number: number | null };

/** An amount in the words of pages: of ether in ETH, of a token in its smallest units. */
export function amountText(units: string | bigint, token: string | null): string {
	return token === null ? `${etherNumber(units)} ETH` : `${grouped(units)} of ${short(token)}`;
}

/** The amount alone, and what it is in. */
export function amountParts(
	units: string | bigint,
	token: string | null,
): { readonly value: string; readonly unit: string } {
	return token === null
		? { value: etherNumber(units), unit: "ETH" }
		: { value: grouped(units), unit: short(token) };
}

/** "One", "Two", … for the beginning of a sentence; digits from ten on. */
export function spelled(count: number): string {
	return NUMBERS[count] ?? grouped(count);
}

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

/** Sums of ether among amounts in several tokens; what is in tokens is not added to it. */
export function etherSum(
	items: readonly { readonly units: string; readonly token: string | null }[],
): bigint {
	return items.reduce((sum, { units, token }) => (token === null ? sum + BigInt(units) : sum), 0n);
}

export const plain = (text: string): StatusView => ({ text, tone: "plain" });

/** An output element in the program's real units, with so many digits that count. */
export function realOf(element: string, mantissa: string, exponent: number): number {
	return Number(element) * Number(mantissa) * 2 ** exponent;
}
