import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

const MAIN = fileURLToPath(new URL("./ceremony/main.ts", import.meta.url));

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:2rem auto;padding:0 1rem}
label{display:block;margin-top:1rem;font-weight:600}
input,button{font:inherit;margin-top:.25rem;max-width:100%;box-sizing:border-box}
input:not([type=file]){width:100%;padding:.4rem}
button{margin-top:1rem;padding:.5rem 1rem}
#status{margin-top:1rem;overflow-wrap:anywhere}
.wrong::before{content:"Not right: "}
`;

const sourceOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The page that contributes to a ceremony, as one HTML file: it can be opened from a disk without a network. The browser
 * is told to run this script alone and to ask nobody anything (docs/ceremony.md).
 */
export async function ceremonyHtml(): Promise<string> {
	const script = (await bundle()).replaceAll("</script", "<\\/script");
	const policy = [
		"default-src 'none'",
		`script-src ${sourceOf(script)} 'wasm-unsafe-eval'`,
		// snarkjs computes in threads whose code is in the script.
		"worker-src blob:",
		`style-src ${sourceOf(STYLE)}`,
		"connect-src 'none'",
		"base-uri 'none'",
		"form-action 'none'",
	].join("; ");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Contribute to a ceremony</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Contribute to a ceremony</h1>
<p>This page mixes a secret of yours into the proving keys of Umpire, and forgets it. If one contributor does that
honestly, nobody can forge proofs. Nothing leaves this machine: the browser lets this page send nothing. Close it, and
other programs, when you have saved the files.</p>
<label for="files">The ceremony&rsquo;s files: ceremony.json, the last record (NNNN.json) and the last keys (NNNN.*.zkey)</label>
<input id="files" type="file" multiple>
<label for="name">Your name, as the transcript will say it</label>
<input id="name" autocomplete="off" maxlength="48">
<label for="entropy">Some random text, if you like: it is added to what the browser draws</label>
<input id="entropy" type="password" autocomplete="off">
<button id="contribute" type="button" disabled>Contribute</button>
<p id="status" role="status"></p>
<ul id="results"></ul>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

async function bundle(): Promise<string> {
	const built = await build({
		configFile: false,
		logLevel: "error",
		build: {
			write: false,
			target: "es2022",
			modulePreload: false,
			lib: { entry: MAIN, formats: ["es"], fileName: "main" },
			rollupOptions: { output: { codeSplitting: false } },
		},
		// The library mode leaves this to who uses the library.
		define: { "process.env.NODE_ENV": '"production"' },
	});
	const [{ output }] = [built].flat() as Rollup.RollupOutput[];
	if (output.length !== 1) throw new Error(`The page's script has ${output.length} parts instead of one`);
	return output[0].type === "chunk" ? output[0].code : "";
}
