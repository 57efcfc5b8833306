import { arrayOfType, elementCount } from "@umpire/onnx/element-types.ts";
import type {
	AttributeValue,
	ElementType,
	FunctionDefinition,
	Graph,
	Model,
	Node,
	Tensor,
	ValueInfo,
} from "@umpire/onnx/model.ts";
import fc from "fast-check";

const TYPES: readonly ElementType[] = [
	"float32",
	"float64",
	"float16",
	"bfloat16",
	"int8",
	"uint8",
	"int16",
	"uint16",
	"int32",
	"uint32",
	"int64",
	"uint64",
	"string",
];
const name = fc.stringMatching(/^[a-z/_.0-9]{1,8}$/);
const names = fc.array(name, { maxLength: 3 });
const float = fc.float({ noNaN: true });
const int = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: "grapheme", maxLength: 8 });

/** Any tensor of up to 3 axes; numeric elements are arbitrary bytes. */
export const tensors: fc.Arbitrary<Tensor> = fc
	.tuple(fc.constantFrom(...TYPES), fc.array(fc.nat(3), { maxLength: 3 }))
	.chain(([type, dims]) => {
		const count = elementCount(dims);
		if (type === "string")
			return fc
				.array(text, { minLength: count, maxLength: count })
				.map((data): Tensor => ({ type, dims, data }));
		const array = arrayOfType(type);
		const length = count * array.BYTES_PER_ELEMENT;
		return fc
			.uint8Array({ minLength: length, maxLength: length })
			.map((bytes): Tensor => ({ type, dims, data: new array(bytes.slice().buffer, 0, count) }));
	});

const values: fc.Arbitrary<ValueInfo> = fc.oneof(
	name.map((value): ValueInfo => ({ name: value, type: "undefined", dims: null })),
	fc.record({
		name,
		type: fc.constantFrom(...TYPES),
		dims: fc.option(fc.array(fc.oneof(fc.nat(9), name, fc.constant(null)), { maxLength: 3 })),
	}),
);

function attributes(depth: number): fc.Arbitrary<AttributeValue> {
	const plain: fc.Arbitrary<AttributeValue>[] = [
		float.map((value) => ({ type: "float", value })),
		int.map((value) => ({ type: "int", value })),
		text.map((value) => ({ type: "string", value })),
		tensors.map((value) => ({ type: "tensor", value })),
		fc.array(float).map((value) => ({ type: "floats", value })),
		fc.array(int).map((value) => ({ type: "ints", value })),
		fc.array(text).map((value) => ({ type: "strings", value })),
		fc.array(tensors, { maxLength: 2 }).map((value) => ({ type: "tensors", value })),
		name.map((value) => ({ type: "reference", value, of: "ints" })),
	];
	if (depth > 0) {
		plain.push(graphs(depth - 1).map((value) => ({ type: "graph", value })));
		plain.push(fc.array(graphs(depth - 1), { maxLength: 2 }).map((value) => ({ type: "graphs", value })));
	}
	return fc.oneof(...plain);
}

function nodes(depth: number): fc.Arbitrary<Node> {
	return fc.record({
		name,
		opType: name,
		domain: fc.constantFrom("", "umpire"),
		inputs: fc.array(fc.oneof(name, fc.constant("")), { maxLength: 3 }),
		outputs: names,
		attributes: fc.array(fc.tuple(name, attributes(depth)), { maxLength: 3 }).map((list) => new Map(list)),
	});
}

function graphs(depth: number): fc.Arbitrary<Graph> {
	return fc
		.record({
			name,
			inputs: fc.array(values, { maxLength: 2 }),
			outputs: fc.array(values, { minLength: 1, maxLength: 2 }),
			valueInfo: fc.array(values, { maxLength: 2 }),
			initializers: fc.array(fc.tuple(name, tensors), { maxLength: 3 }).map((list) => new Map(list)),
			nodes: fc.array(nodes(depth), { maxLength: 3 }),
		})
		.map((graph) => ({
			...graph,
			inputs: graph.inputs.filter((input) => !graph.initializers.has(input.name)),
		}));
}

const opsets = fc
	.array(fc.tuple(fc.constantFrom("", "umpire"), fc.integer({ min: 1, max: 30 })), { minLength: 1 })
	.map((list) => new Map(list));

const functions: fc.Arbitrary<FunctionDefinition> = fc
	.record({
		name,
		domain: name,
		inputs: names,
		outputs: names,
		nodes: fc.array(nodes(0)),
		opsets,
		doc: text,
		attributes: names,
	})
	.map(({ attributes: list, ...rest }) => (list.length === 0 ? rest : { ...rest, attributes: list }));

/** Any model that this package can hold: all element types, attributes, nested graphs, functions. */
export const models: fc.Arbitrary<Model> = fc.record({
	irVersion: fc.integer({ min: 1, max: 12 }),
	producer: text,
	graph: graphs(1),
	opsets,
	functions: fc.array(functions, { maxLength: 2 }),
	metadata: fc.array(fc.tuple(name, text)).map((list) => new Map(list)),
});
