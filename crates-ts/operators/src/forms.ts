import type { FormDefinition } from "./form.ts";
import { type ArgmaxForm, argmax } from "./forms/argmax.ts";
import { type ConcatForm, concat } from "./forms/concat.ts";
import { type ConvForm, conv } from "./forms/conv.ts";
import { type DilateForm, dilate } from "./forms/dilate.ts";
import { type ElementwiseForm, elementwise } from "./forms/elementwise.ts";
import { type ExpandForm, expand } from "./forms/expand.ts";
import { type GatherForm, gather } from "./forms/gather.ts";
import { type GatherElementsForm, gatherElements } from "./forms/gather-elements.ts";
import { type LinearForm, linear } from "./forms/linear.ts";
import { type LookupForm, lookup } from "./forms/lookup.ts";
import { type MatmulForm, matmul } from "./forms/matmul.ts";
import { type PadForm, pad } from "./forms/pad.ts";
import { type PoolForm, pool } from "./forms/pool.ts";
import { type ProductForm, product } from "./forms/product.ts";
import { type QuotientForm, quotient } from "./forms/quotient.ts";
import { type ReduceForm, reduce } from "./forms/reduce.ts";
import { type ReshapeForm, reshape } from "./forms/reshape.ts";
import { type SelectForm, select } from "./forms/select.ts";
import { type SliceForm, slice } from "./forms/slice.ts";
import { type SumForm, sum } from "./forms/sum.ts";
import { type TileForm, tile } from "./forms/tile.ts";
import { type TransposeForm, transpose } from "./forms/transpose.ts";

/**
 * The form says which tensor operation the operator is, in ONNX's own terms; the ONNX
 * function and the access maps are both generated from it, so they cannot drift apart.
 * All shapes are logical; spatial lists have one entry per spatial axis; pads are
 * [begin…, end…] as in ONNX (the end pads only bound the output shape, which the
 * operator's own `shape` fixes).
 */
export type Form =
	| ConvForm
	| MatmulForm
	| SumForm
	| PoolForm
	| LinearForm
	| ProductForm
	| ReduceForm
	| ElementwiseForm
	| ReshapeForm
	| TransposeForm
	| SliceForm
	| PadForm
	| ConcatForm
	| ExpandForm
	| TileForm
	| DilateForm
	| LookupForm
	| GatherForm
	| GatherElementsForm
	| QuotientForm
	| SelectForm
	| ArgmaxForm;

/** Every form by its type: the only list of them. */
export const FORMS: { readonly [T in Form["type"]]: FormDefinition<Extract<Form, { type: T }>> } = {
	conv,
	matmul,
	sum,
	pool,
	linear,
	product,
	reduce,
	elementwise,
	reshape,
	transpose,
	slice,
	pad,
	concat,
	expand,
	tile,
	dilate,
	lookup,
	gather,
	gatherElements,
	quotient,
	select,
	argmax,
};

/** The definition of a form, to be used with operators of that form. */
export const definitionOf = (form: Form): FormDefinition<Form> => FORMS[form.type] as FormDefinition<Form>;
