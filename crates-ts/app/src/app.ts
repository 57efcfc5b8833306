import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Boundary } from "./components/boundary.ts";
import { h } from "./components/h.ts";
import { useLive } from "./live.ts";
import { AccountPage } from "./pages/account-page.ts";
import { BountyPage } from "./pages/bounty-page.ts";
import { ClaimPage } from "./pages/claim-page.ts";
import { DisputePage } from "./pages/dispute-page.ts";
import { GridPage } from "./pages/grid-page.ts";
import { ListPage } from "./pages/list-page.ts";
import { NetworkPage } from "./pages/network-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { ProgramPage } from "./pages/program-page.ts";
import { RequestPage } from "./pages/request-page.ts";
import { RequestsPage } from "./pages/requests-page.ts";
import { VerifyPage } from "./pages/verify-page.ts";
import { navigate, onLink, usePath } from "./route.ts";
import { Silence, stateCard } from "./states.ts";
import { WalletButton } from "./wallet/wallet-button.ts";

const PAGES: readonly (readonly [RegExp, (id: string) => ReactNode])[] = [
	[/^\/$/, () => h(OverviewPage)],
	[/^\/requests\/?$/, () => h(RequestsPage, { key: "requests" })],
	[/^\/requests\/([1-9]\d{0,14})$/, (id) => h(RequestPage, { key: id, request: Number(id) })],
	[/^\/claims\/?$/, () => h(ListPage, { key: "claims", path: "claims", title: "Claims" })],
	[/^\/claims\/([1-9]\d{0,14})$/, (id) => h(ClaimPage, { key: id, claim: Number(id) })],
	[/^\/disputes\/?$/, () => h(ListPage, { key: "disputes", path: "disputes", title: "Disputes" })],
	[/^\/disputes\/([1-9]\d{0,14})$/, (id) => h(DisputePage, { key: id, dispute: Number(id) })],
	[/^\/programs\/?$/, () => h(ListPage, { key: "programs", path: "programs", title: "Programs" })],
	[/^\/programs\/([1-9]\d{0,14})$/, (id) => h(ProgramPage, { key: id, program: Number(id) })],
	[/^\/network\/?$/, () => h(NetworkPage)],
	[/^\/grids\/?$/, () => h(ListPage, { key: "grids", path: "grids", title: "Grids" })],
	[/^\/grids\/([1-9]\d{0,14})$/, (id) => h(GridPage, { key: id, grid: Number(id) })],
	[/^\/bounties\/?$/, () => h(ListPage, { key: "bounties", path: "bounties", title: "Bounties" })],
	[/^\/bounties\/([1-9]\d{0,14})$/, (id) => h(BountyPage, { key: id, bounty: Number(id) })],
	[/^\/operators\/?$/, () => h(ListPage, { key: "operators", path: "operators", title: "Operators" })],
	[/^\/accounts\/(0x[0-9a-fA-F]{40})$/, (account) => h(AccountPage, { key: account, account })],
	[/^\/deployment\/?$/, () => h(ListPage, { key: "deployment", path: "deployment", title: "Deployment" })],
	[/^\/verify\/?$/, () => h(VerifyPage, { key: "verify", claim: "" })],
	[/^\/verify\/([1-9]\d{0,9})$/, (id) => h(VerifyPage, { key: id, claim: id })],
];

export function App(): ReactNode {
	const path = usePath();
	const { head } = useLive();
	return h(
		"div",
		{ onClick: onLink },
		h("a", { className: "skip", href: "#main" }, "To the page"),
		h(Header, { path }),
		h(
			"main",
			{ id: "main", className: "page", tabIndex: -1 },
			h(Silence),
			h(Boundary, { of: `${path} ${head?.hash ?? ""}` }, page(path)),
		),
	);
}

function page(path: string): ReactNode {
	for (const [pattern, show] of PAGES) {
		const found = pattern.exec(path);
		if (found !== null) return show(found[1] ?? "");
	}
	return stateCard({
		label: "Not there",
		title: "There is no such page.",
		text: "The links above lead to all that there are.",
		action: h("a", { className: "button", href: "/" }, "Overview"),
	});
}

const LINKS = [
	["/", "Overview"],
	["/requests", "Requests"],
	["/claims", "Claims"],
	["/disputes", "Disputes"],
	["/programs", "Programs"],
	["/network", "Network"],
	["/grids", "Grids"],
	["/bounties", "Bounties"],
	["/operators", "Operators"],
	["/deployment", "Deployment"],
	["/verify", "Verify"],
] as const;

function Header({ path }: { path: string }): ReactNode {
	const { head, silentSince } = useLive();
	const current = LINKS.findLast(([start]) => (start === "/" ? path === "/" : path.startsWith(start)));
	const nav = useRef<HTMLElement>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another page has another link
	useEffect(() => {
		// On a phone the links scroll: that of this page is to be seen.
		const link = nav.current?.querySelector<HTMLElement>("[aria-current]");
		if (nav.current && link) nav.current.scrollLeft = link.offsetLeft - nav.current.offsetLeft - 60;
	}, [path]);
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
			{ "aria-label": "Pages", ref: nav },
			LINKS.map(([href, text]) =>
				h("a", { key: href, href, "aria-current": current?.[0] === href ? "page" : undefined }, text),
			),
		),
		h(Find),
		h(
			"span",
			{ className: "chain" },
			h("i", { className: `dot${silentSince === undefined ? "" : " silent"}` }),
			head === undefined ? "no block yet" : `block ${head.number.toLocaleString("en")}`,
		),
		h(WalletButton),
	);
}

/** Goes to "dispute 1", "claim 2", "grid 3", or an account; a bare number is a claim. */
export function targetOf(text: string): string | undefined {
	if (/^\s*0x[0-9a-f]{40}\s*$/i.test(text)) return `/accounts/${text.trim()}`;
	const found =
		/^\s*(?:(claim|dispute|program|request|grid|bounty|bountie)s?\s*[#/]?\s*)?([1-9]\d{0,14})\s*$/i.exec(
			text,
		);
	if (found === null) return undefined;
	const kind = (found[1] ?? "claim").toLowerCase();
	return `/${kind.startsWith("bount") ? "bounties" : `${kind}s`}/${found[2]}`;
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
	const go = (event: FormEvent) => {
		event.preventDefault();
		const target = targetOf(text);
		setMissed(target === undefined);
		if (target === undefined) return;
		setText("");
		navigate(target);
	};
	return h(
		"form",
		{ className: "find", role: "search", onSubmit: go },
		h("input", {
			ref: input,
			value: text,
			"aria-label": "Find a claim, dispute or program",
			"aria-invalid": missed,
			placeholder: "Claim, grid 1, account",
			onChange: (event: { target: HTMLInputElement }) => {
				setText(event.target.value);
				setMissed(false);
			},
		}),
		missed ? h("span", { className: "missed", role: "alert" }, "Nothing here has that name.") : null,
	);
}
