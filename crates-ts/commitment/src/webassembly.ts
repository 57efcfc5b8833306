/** What is used of the global WebAssembly, for which Node's types have no declarations. */
interface WebAssemblyApi {
	readonly Memory: new (options: { readonly initial: number }) => Memory;
	readonly Module: new (code: Uint8Array) => object;
	readonly Instance: new (
		module: object,
		imports: { readonly env: { readonly memory: Memory } },
	) => { readonly exports: Readonly<Record<string, unknown>> };
}

export interface Memory {
	readonly buffer: ArrayBuffer;
}

const PAGE = 65536;

/** Compiles a module that imports env.memory, with at least `bytes` of it. */
export function instantiate(
	code: Uint8Array,
	bytes: number,
): { readonly memory: Memory; readonly exports: Readonly<Record<string, unknown>> } {
	const api = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
	const memory = new api.Memory({ initial: Math.ceil(bytes / PAGE) });
	const { exports } = new api.Instance(new api.Module(code), { env: { memory } });
	return { memory, exports };
}
