/** An integer with separators and a real minus: 8,494 or −889,798. */
export function grouped(value: number | bigint | string): string {
	const text = String(value);
	const digits = text.replace("-", "").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
	return text.startsWith("-") ? `\u2212${digits}` : digits;
}

/** A real number with so many digits that count. */
export function real(value: number, digits = 5): string {
	if (value === 0) return "0";
	const size = Math.abs(value);
	const text =
		size >= 1e-4 && size < 1e7
			? String(Number(value.toPrecision(digits)))
			: value.toExponential(Math.max(0, digits - 2)).replace("e+", "e");
	return text.replace(/-/g, "\u2212");
}

/** Wei as ether, without trailing zeros: "0.05 ETH". */
export function ether(wei: bigint | string): string {
	return `${etherNumber(wei)} ETH`;
}

/** Wei as ether, exact; below a millionth of one, five digits of it. */
export function etherNumber(wei: bigint | string): string {
	const value = BigInt(wei);
	const size = value < 0n ? -value : value;
	const whole = size / 10n ** 18n;
	let fraction = String(size % 10n ** 18n).padStart(18, "0");
	const first = fraction.search(/[1-9]/);
	const kept = whole > 0n ? 6 : first + 4;
	fraction = fraction.slice(0, Math.max(kept, 6)).replace(/0+$/, "");
	return `${value < 0n ? "\u2212" : ""}${grouped(whole)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Gas that was paid, as ether with two digits that count. */
export function roughEther(wei: bigint | string): string {
	const value = Number(BigInt(wei)) / 1e18;
	return `${value === 0 ? "0" : real(value, 2)} ETH`;
}

/** A hash or address as it is shown: 0x3C44…93BC. */
export const short = (hex: string): string =>
	hex.length <= 14 ? hex : `${hex.slice(0, 6)}\u2026${hex.slice(-4)}`;

/** A name of code in words: "job beacon" of jobBeacon. */
export const wordsOf = (name: string): string =>
	name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

const YEAR = 365 * 86_400;

/** Time left, as on a clock: 2:18, or 3:04:05, 2 days, or 79 years. */
export function clock(seconds: number): string {
	const left = Math.max(0, Math.floor(seconds));
	if (left >= 1000 * YEAR) return "more than 1,000 years";
	if (left >= 2 * YEAR) return `${grouped(Math.floor(left / YEAR))} years`;
	if (left >= 2 * 86_400) return `${Math.floor(left / 86_400)} days`;
	const [h, m, s] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
	const two = (n: number) => String(n).padStart(2, "0");
	return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** How long something took: 45 s, 1 min 46 s, 3 h 2 min. */
export function lasted(seconds: number): string {
	const s = Math.max(0, Math.round(seconds));
	if (s < 60) return `${s} s`;
	if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 === 0 ? "" : ` ${s % 60} s`}`;
	if (s < 86_400)
		return `${Math.floor(s / 3600)} h${Math.floor(s / 60) % 60 === 0 ? "" : ` ${Math.floor(s / 60) % 60} min`}`;
	return `${Math.floor(s / 86_400)} d${Math.floor(s / 3600) % 24 === 0 ? "" : ` ${Math.floor(s / 3600) % 24} h`}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment: 29 Nov 2026, 02:24:30 UTC. */
export function moment(seconds: number): string {
	const date = new Date(1000 * seconds);
	if (Number.isNaN(date.getTime())) return "at no time that a calendar has";
	return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${timeOfDay(seconds)} UTC`;
}

/** 02:24:30. */
export function timeOfDay(seconds: number): string {
	const date = new Date(1000 * seconds);
	return Number.isNaN(date.getTime()) ? "\u2013" : date.toISOString().slice(11, 19);
}

/** "1 number", "2 numbers". */
export const counted = (count: number | bigint, what: string, many = `${what}s`): string =>
	`${grouped(count)} ${count === 1 || count === 1n ? what : many}`;

const LONGEST = 48;

/** Text that somebody else chose, as pages show it: without control characters, 48 of the rest at most. */
export function foreign(text: string): string {
	const plain = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, "").trim();
	const characters = [...plain];
	const shown = characters.length <= LONGEST ? plain : `${characters.slice(0, LONGEST - 1).join("")}\u2026`;
	// Text that is read from the right would turn the numbers of our own sentences around: it is set apart.
	return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(shown)
		? `\u2068${shown}\u2069`
		: shown;
}

const SUBSCRIPTS = "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089";

/** S with a lowered number: S₂. */
export const subscript = (number: number): string =>
	`S${[...String(number)].map((digit) => SUBSCRIPTS[Number(digit)]).join("")}`;

/** A shape: 16×10×10; a scalar is one number. */
export const shapeText = (shape: readonly number[]): string =>
	shape.length === 0 ? "1" : shape.join("\u00d7");
