import { type Basis, basisOf, contributeFiles } from "@umpire/prover/ceremony/contribute-files.ts";

// The page that contributes to a ceremony. It is one file, asks nobody anything, and keeps nothing.

function element<T extends HTMLElement>(id: string): T {
	return document.getElementById(id) as T;
}
const chosen = element<HTMLInputElement>("files");
const name = element<HTMLInputElement>("name");
const entropy = element<HTMLInputElement>("entropy");
const button = element<HTMLButtonElement>("contribute");
const status = element("status");
const results = element("results");

let basis: Basis | undefined;

function say(text: string, isWrong = false): void {
	status.textContent = text;
	status.className = isWrong ? "wrong" : "";
}

/** Says what was wrong instead of ending. */
function told(action: () => Promise<void>): () => Promise<void> {
	return () =>
		action().catch((error: unknown) => say(error instanceof Error ? error.message : String(error), true));
}

/** Lets the browser show what was said before it computes. */
const shown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

chosen.addEventListener(
	"change",
	told(async () => {
		basis = undefined;
		button.disabled = true;
		say("Reading the files…");
		await shown();
		const files = [...(chosen.files ?? [])].map(async (file) => ({
			name: file.name,
			bytes: new Uint8Array(await file.arrayBuffer()),
		}));
		const found = basisOf(await Promise.all(files));
		basis = found;
		button.disabled = false;
		const what = found.isRehearsal
			? "a rehearsal, whose keys everybody can forge proofs with"
			: "for real keys";
		const before =
			found.names.length === 0 ? "Nobody has contributed yet" : `After ${found.names.join(", ")}`;
		say(`“${found.ceremony}” (${what}). ${before}.`);
	}),
);

button.addEventListener(
	"click",
	told(async () => {
		if (basis === undefined) return;
		button.disabled = true;
		results.replaceChildren();
		try {
			const typed = entropy.value;
			entropy.value = "";
			const { files, head } = await contributeFiles(basis, name.value, typed, say);
			for (const { name, bytes } of files) {
				const link = document.createElement("a");
				link.href = URL.createObjectURL(new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
				link.download = name;
				link.textContent = name;
				const item = document.createElement("li");
				item.append(link);
				results.append(item);
			}
			say(`Done. Save these files, send them to the coordinator, and publish this: ${head}`);
		} finally {
			button.disabled = false;
		}
	}),
);
