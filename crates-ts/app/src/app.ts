import type { OverviewView } from "@umpire/views/overview-view.ts";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { h } from "./components/h.ts";
import { useLive } from "./live.ts";
import { ClaimPage } from "./pages/claim-page.ts";
import { DisputePage } from "./pages/dispute-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { ProgramPage } from "./pages/program-page.ts";
import { navigate, onLink, usePath } from "./route.ts";
import { Silence, stateCard } from "./states.ts";

const PAGES: readonly (readonly [RegExp, (number: number) => ReactNode])[] = [
	[/^\/$/, () => h(OverviewPage)],
	[/^\/disputes\/([1-9]\d{0,14})$/, (dispute) => h(DisputePage, { key: dispute, dispute })],
	[/^\/claims\/([1-9]\d{0,14})$/, (claim) => h(ClaimPage, { key: claim, claim })],
	[/^\/programs\/([1-9]\d{0,14})$/, (program) => h(ProgramPage, { key: program, program })],
];

export function App(): ReactNode {
	const path = usePath();
	return h(
		"div",
		{ onClick: onLink },
		h("a", { className: "skip", href: "#main" }, "To the page"),
		h(Header, { path }),
		h("main", { id: "main", className: "page", tabIndex: -1 }, h(Silence), page(path)),
	);
}

function page(path: string): ReactNode {
	for (const [pattern, show] of PAGES) {
		const found = pattern.exec(path);
		if (found !== null) return show(Number(found[1]));
	}
	return stateCard({
		label: "Not there",
		title: "There is no such page.",
		text: "Pages are /claims/1, /disputes/1, /programs/1, and the overview.",
		action: h("a", { className: "button", href: "/" }, "Overview"),
	});
}

const LINKS = [
	["/", "Overview"],
	["/claims/", "Claims"],
	["/disputes/", "Disputes"],
	["/programs/", "Programs"],
] as const;

function Header({ path }: { path: string }): ReactNode {
	const { head, silentSince } = useLive();
	const current = LINKS.findLast(([start]) => (start === "/" ? path === "/" : path.startsWith(start)));
	return h(
		"header",
		{ className: "top" },
		h(
			"a",
			{ className: "brand", href: "/" },
			h(
				"svg",
				{ viewBox: "0 0 32 32", width: 22, height: 22, "aria-hidden": true },
				h("circle", { cx: 10, cy: 16, r: 7, fill: "var(--sub)" }),
				h("path", { d: "M22 8l8 8-8 8-8-8z", fill: "var(--cha)" }),
			),
			"Umpire",
		),
		h(
			"nav",
			{ "aria-label": "Pages" },
			h("a", { href: "/", "aria-current": current?.[0] === "/" ? "page" : undefined }, "Overview"),
			current === undefined || current[0] === "/"
				? null
				: h("span", { className: "here", "aria-current": "page" }, current[1]),
		),
		h(Find),
		h(
			"span",
			{ className: "chain" },
			h("i", { className: `dot${silentSince === undefined ? "" : " silent"}` }),
			head === undefined ? "no block yet" : `block ${head.number.toLocaleString("en")}`,
		),
	);
}

/** Goes to "dispute 1", "claim 2", "program 3"; a bare number is a claim. */
export function targetOf(text: string): string | undefined {
	const found = /^\s*(?:(claim|dispute|program)s?\s*[#/]?\s*)?([1-9]\d{0,14})\s*$/i.exec(text);
	return found === null ? undefined : `/${(found[1] ?? "claim").toLowerCase()}s/${found[2]}`;
}

function Find(): ReactNode {
	const [text, setText] = useState("");
	const [missed, setMissed] = useState(false);
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const isTyping =
				event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
			if (event.key !== "/" || isTyping) return;
			event.preventDefault();
			input.current?.focus();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	const go = async (event: FormEvent) => {
		event.preventDefault();
		const target = targetOf(text) ?? (await byHash(text.trim()));
		setMissed(target === undefined);
		if (target === undefined) return;
		setText("");
		navigate(target);
	};
	return h(
		"form",
		{ className: "find", role: "search", onSubmit: (event: FormEvent) => void go(event) },
		h("input", {
			ref: input,
			value: text,
			"aria-label": "Find a claim, dispute or program",
			"aria-invalid": missed,
			placeholder: "Claim, dispute 1, account",
			onChange: (event: { target: HTMLInputElement }) => {
				setText(event.target.value);
				setMissed(false);
			},
		}),
		missed ? h("span", { className: "missed", role: "alert" }, "Nothing here has that name.") : null,
	);
}

/** An account's newest claim among those of the overview. */
async function byHash(text: string): Promise<string | undefined> {
	if (!/^0x[0-9a-f]{40}$/i.test(text)) return undefined;
	const response = await fetch("/v1/pages/overview").catch(() => undefined);
	if (response?.ok !== true) return undefined;
	const { claims } = (await response.json()) as OverviewView;
	const found = claims.find(({ submitter }) => submitter.toLowerCase() === text.toLowerCase());
	return found && `/claims/${found.claim}`;
}
