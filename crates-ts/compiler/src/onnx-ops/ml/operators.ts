import { type OnnxOperator, operator } from "../operator.ts";
import {
	decomposeArrayFeatureExtractor,
	decomposeFeatureVectorizer,
	decomposeLabelEncoder,
	decomposeOneHotEncoder,
} from "./encoding.ts";
import { decomposeLinearClassifier, decomposeLinearRegressor } from "./linear.ts";
import { decomposeBinarizer, decomposeImputer, decomposeNormalizer, decomposeScaler } from "./scaling.ts";
import { decomposeSvmClassifier, decomposeSvmRegressor } from "./svm.ts";
import { decomposeTreeClassifier, decomposeTreeEnsemble, decomposeTreeRegressor } from "./trees.ts";

const AI_ONNX_ML = "ai.onnx.ml";

/** The domain ai.onnx.ml. */
export const ML: readonly OnnxOperator[] = [
	operator({
		name: "ArrayFeatureExtractor",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeArrayFeatureExtractor,
		summary: "columns of the last axis; a vector counts as one row",
	}),
	operator({
		name: "Binarizer",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeBinarizer,
		summary: "1 above the threshold, 0 otherwise",
	}),
	operator({
		name: "FeatureVectorizer",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeFeatureVectorizer,
		summary: "the inputs side by side as floats, each cut or filled with zeros to its number of columns",
	}),
	operator({
		name: "Imputer",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeImputer,
		summary: "a value per feature wherever a given number stands, or NaN where calibration inputs hold it",
	}),
	operator({
		name: "LabelEncoder",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeLabelEncoder,
		summary: "from numbers to numbers: default + Σ [x = key]·(value − default)",
	}),
	operator({
		name: "LinearClassifier",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeLinearClassifier,
		summary: "as in onnxruntime there are as many scores as intercepts",
	}),
	operator({
		name: "LinearRegressor",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeLinearRegressor,
		summary: "x·coefficientsᵀ + intercepts: [rows, targets]",
	}),
	operator({
		name: "Normalizer",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeNormalizer,
		summary: "rows divided by their largest value, their sum of magnitudes or their length",
	}),
	operator({
		name: "OneHotEncoder",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeOneHotEncoder,
		summary: "of whole numbers: one more axis, of the categories",
	}),
	operator({
		name: "SVMClassifier",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeSvmClassifier,
		summary: "kernels with the support vectors, votes of pairs of classes, and probabilities",
	}),
	operator({
		name: "SVMRegressor",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeSvmRegressor,
		summary: "kernels with the support vectors: [rows, 1]",
	}),
	operator({
		name: "Scaler",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeScaler,
		summary: "(x − offset)·scale, as one BatchNormalization over the features",
	}),
	operator({
		name: "TreeEnsemble",
		domain: AI_ONNX_ML,
		since: 5,
		decompose: decomposeTreeEnsemble,
		summary: "every comparison once, then the leaves that they lead to: [rows, targets]",
	}),
	operator({
		name: "TreeEnsembleClassifier",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeTreeClassifier,
		summary: "every comparison once, then the leaves that they lead to, and the class of the largest score",
	}),
	operator({
		name: "TreeEnsembleRegressor",
		domain: AI_ONNX_ML,
		since: 1,
		decompose: decomposeTreeRegressor,
		summary: "every comparison once, then the leaves that they lead to: [rows, targets]",
	}),
];
