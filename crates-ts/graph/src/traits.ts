import type { Node } from "@umpire/onnx/model.ts";

/**
 * What the compiler asks of ONNX's operators, each said once. Several traits are near one another
 * and differ on purpose: the comments say how. To give an operator one more trait is to change programs.
 */
export type Trait =
	/** All elements of the first operand, each once, perhaps in another order. DepthToSpace and SpaceToDepth are not looked through. */
	| "permutes"
	/** What permutes, and Expand, which repeats elements. Tile is not looked through. */
	| "views"
	/** Every element of the result is one of the first operand's, whatever these are. */
	| "moves"
	/** All elements of all operands, side by side. */
	| "joins"
	/** The largest of some elements of the operand. */
	| "largest"
	/** The least of some elements of the operand. Lowered as the largest of −x: not only moved, where nothing else may happen to a value. */
	| "least"
	/** The operand within bounds. */
	| "clips"
	/** Truth values: how two elements compare. */
	| "compares"
	/** Positions of the largest or least elements. */
	| "ranks"
	/** Asks which of some elements are the largest, or how large beside the others: these are scores of classes. */
	| "scores"
	/** The result is as long as the operands' elements say. */
	| "sizedByElements"
	/** The operand in another type. CastLike is gone once a graph is decomposed. */
	| "casts"
	/** Depends on the operand's shape only, which is fixed: it folds away. */
	| "shapeOnly"
	/**
	 * Tells the operand's shape. EyeLike, which depends on the shape only too, is none of these: what
	 * decides how often a loop runs or which inputs are structure does not come from it.
	 */
	| "tellsShape"
	/** Differs from run to run. */
	| "random"
	/** Has subgraphs that run as its operands say. */
	| "control"
	/** Makes, changes or reads a sequence of tensors. */
	| "sequence"
	/** Unrolled along a sequence. */
	| "recurrent"
	/** A step of an unrolled recurrence that is no activation: its results have a range for each place. */
	| "recurrentStep"
	/** An infinite constant is a bound, a mask or something to compare with to it: only its order counts. */
	| "takesInfinity"
	/** Ends in a rescaling, whose clip can be that of an activation that follows. */
	| "rescales"
	/** A product with weights whose output has a channel for each place of axis 1. */
	| "channelsSecond"
	/** A product with weights whose output has a channel for each place of its last axis. */
	| "channelsLast"
	/** With constant numbers, moves an operand up or down or keeps it within bounds. */
	| "shiftsOrBounds"
	/** +, −, ×, ÷ of two operands: with a constant a factor or a shift. */
	| "arithmetic"
	/** Σ of operands with constant factors, element by element: no table is needed for it. */
	| "linear"
	/** Errors of the operands are errors of the result: a sum with factors ±1, or a mean along an axis. */
	| "passesErrors"
	/** Sums of products or elements along an axis. */
	| "sums"
	/** Needs its operand's relative, not absolute, precision. */
	| "relative"
	/** Can be written with 32 bits; so can views. */
	| "writesWide"
	/** Takes multiples of a power of two to such multiples, or some of them: what moves, and what picks, clips and averages few. */
	| "keepsDyadic"
	/** Does so with constants that are such multiples. */
	| "keepsDyadicConstants"
	/** Takes 1, 4, … to binary fractions. */
	| "dyadicAtSquares"
	/** Whole numbers from any. */
	| "rounds"
	/** The result is as many times larger as all its operands are. */
	| "homogeneous";

const T = (traits: string): readonly Trait[] => traits.split(" ") as Trait[];

/** Traits by operator of ONNX's own domain. */
const TRAITS = {
	Abs: T("keepsDyadic"),
	Add: T(
		"shiftsOrBounds rescales arithmetic linear passesErrors writesWide keepsDyadicConstants homogeneous recurrentStep",
	),
	ArgMax: T("ranks scores"),
	ArgMin: T("ranks"),
	AveragePool: T("rescales keepsDyadic homogeneous"),
	BatchNormalization: T("rescales"),
	Bernoulli: T("random"),
	Cast: T("casts"),
	CastLike: T("casts"),
	Ceil: T("rounds"),
	Clip: T("shiftsOrBounds clips takesInfinity keepsDyadic"),
	Compress: T("sizedByElements"),
	Concat: T("joins keepsDyadic homogeneous recurrentStep"),
	ConcatFromSequence: T("sequence"),
	Conv: T("rescales channelsSecond"),
	ConvTranspose: T("rescales channelsSecond"),
	DepthToSpace: T("moves keepsDyadic"),
	Div: T("arithmetic writesWide"),
	Equal: T("compares takesInfinity"),
	Expand: T("views moves keepsDyadic"),
	EyeLike: T("shapeOnly"),
	Flatten: T("permutes views moves keepsDyadic"),
	Floor: T("rounds"),
	GRU: T("recurrent"),
	Gather: T("moves takesInfinity writesWide keepsDyadic"),
	GatherElements: T("moves takesInfinity keepsDyadic"),
	GatherND: T("moves takesInfinity keepsDyadic"),
	Gemm: T("rescales writesWide channelsSecond"),
	GlobalAveragePool: T("rescales keepsDyadic homogeneous"),
	GlobalMaxPool: T("largest"),
	Greater: T("compares takesInfinity"),
	GreaterOrEqual: T("compares takesInfinity"),
	Hardmax: T("scores"),
	Identity: T("permutes views moves keepsDyadic"),
	If: T("control"),
	LSTM: T("recurrent"),
	LeakyRelu: T("homogeneous"),
	Less: T("compares takesInfinity"),
	LessOrEqual: T("compares takesInfinity"),
	Log: T("relative"),
	LogSoftmax: T("scores"),
	Loop: T("control"),
	MatMul: T("rescales sums writesWide recurrentStep channelsLast"),
	Max: T("shiftsOrBounds takesInfinity keepsDyadic"),
	MaxPool: T("largest"),
	Mean: T("rescales linear"),
	Min: T("shiftsOrBounds takesInfinity keepsDyadic"),
	Mul: T("rescales arithmetic writesWide keepsDyadicConstants recurrentStep"),
	Multinomial: T("random"),
	Neg: T("rescales passesErrors writesWide keepsDyadic"),
	NonMaxSuppression: T("sizedByElements"),
	NonZero: T("sizedByElements"),
	Pad: T("takesInfinity"),
	Pow: T("dyadicAtSquares"),
	RNN: T("recurrent"),
	RandomNormal: T("random"),
	RandomNormalLike: T("random"),
	RandomUniform: T("random"),
	RandomUniformLike: T("random"),
	Reciprocal: T("relative dyadicAtSquares"),
	ReduceMax: T("largest"),
	ReduceMean: T("rescales passesErrors sums writesWide"),
	ReduceMin: T("least"),
	ReduceSum: T("rescales sums"),
	Relu: T("clips"),
	Reshape: T("permutes views moves keepsDyadic recurrentStep"),
	Round: T("rounds"),
	Scan: T("control"),
	SequenceAt: T("sequence"),
	SequenceConstruct: T("sequence"),
	SequenceEmpty: T("sequence"),
	SequenceErase: T("sequence"),
	SequenceInsert: T("sequence"),
	SequenceLength: T("sequence"),
	Shape: T("shapeOnly tellsShape"),
	Sign: T("rounds"),
	Size: T("shapeOnly tellsShape"),
	Slice: T("moves keepsDyadic recurrentStep"),
	Softmax: T("scores"),
	SpaceToDepth: T("moves keepsDyadic"),
	Split: T("moves keepsDyadic"),
	SplitToSequence: T("sequence"),
	Sqrt: T("relative dyadicAtSquares"),
	Squeeze: T("permutes views moves keepsDyadic"),
	Sub: T("rescales arithmetic linear passesErrors writesWide keepsDyadicConstants recurrentStep"),
	Sum: T("rescales linear passesErrors writesWide"),
	Tile: T("moves keepsDyadic"),
	TopK: T("scores"),
	Transpose: T("permutes views moves keepsDyadic"),
	Unique: T("sizedByElements"),
	Unsqueeze: T("permutes views moves keepsDyadic"),
	Where: T("takesInfinity keepsDyadic homogeneous recurrentStep"),
} satisfies Readonly<Record<string, readonly Trait[]>>;

const BY_OPERATOR = new Map<string, ReadonlySet<Trait>>(
	Object.entries(TRAITS).map(([name, traits]) => [name, new Set(traits)]),
);

const NONE: ReadonlySet<Trait> = new Set();

/** The traits of an operator of ONNX's own domain; none for one that nothing is asked of. */
export function traitsOf(opType: string): ReadonlySet<Trait> {
	return BY_OPERATOR.get(opType) ?? NONE;
}

/** Whether the node's operator is ONNX's own and has one of the traits. */
export function has(
	{ domain, opType }: Pick<Node, "domain" | "opType">,
	...traits: readonly Trait[]
): boolean {
	if (domain !== "") return false;
	const own = traitsOf(opType);
	return traits.some((trait) => own.has(trait));
}

/** The operators of which something is asked. */
export const OPERATORS_WITH_TRAITS: readonly string[] = [...BY_OPERATOR.keys()];

/** Functions of ONNX's own that are flat beyond these operands, as far as 32 bits tell (exp of less is nothing beside 1). */
const STEEP: Readonly<Record<string, readonly [number, number]>> = {
	Erf: [-4.5, 4.5],
	Exp: [-40, Number.POSITIVE_INFINITY],
	Sigmoid: [-32, 32],
	Tanh: [-10, 10],
};

/** Between which operands the node's function is not flat; undefined for functions that are flat nowhere. */
export function steepRange({
	domain,
	opType,
}: Pick<Node, "domain" | "opType">): readonly [number, number] | undefined {
	return domain === "" && Object.hasOwn(STEEP, opType) ? STEEP[opType] : undefined;
}
