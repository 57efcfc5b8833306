import type { Decomposition } from "../decomposition.ts";
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

const OPERATORS: Readonly<Record<string, Decomposition>> = {
	ArrayFeatureExtractor: decomposeArrayFeatureExtractor,
	Binarizer: decomposeBinarizer,
	FeatureVectorizer: decomposeFeatureVectorizer,
	Imputer: decomposeImputer,
	LabelEncoder: decomposeLabelEncoder,
	LinearClassifier: decomposeLinearClassifier,
	LinearRegressor: decomposeLinearRegressor,
	Normalizer: decomposeNormalizer,
	OneHotEncoder: decomposeOneHotEncoder,
	SVMClassifier: decomposeSvmClassifier,
	SVMRegressor: decomposeSvmRegressor,
	Scaler: decomposeScaler,
	TreeEnsemble: decomposeTreeEnsemble,
	TreeEnsembleClassifier: decomposeTreeClassifier,
	TreeEnsembleRegressor: decomposeTreeRegressor,
};

/** Operators of the domain ai.onnx.ml. */
export const AI_ONNX_ML: readonly (readonly [string, Decomposition])[] = Object.entries(OPERATORS).map(
	([name, decomposition]) => [`ai.onnx.ml.${name}`, decomposition] as const,
);
