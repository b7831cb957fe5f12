import { defineOp, type Emitter } from "../op.ts";
import { broadcastShapes, ensure, sameShape, type Tensor, type TensorType } from "../tensor.ts";
import { scalar } from "./leaf.ts";

/** A tensor, or a number standing for a float32 scalar. */
export type Operand = Tensor | number;

function lift(operand: Operand): Tensor {
  return typeof operand === "number" ? scalar(operand) : operand;
}

/** Elementwise ops broadcast by themselves: an explicit expansion in front of one is work for nothing. */
function unexpanded(operand: Tensor, other: Tensor): Tensor {
  const source = operand.inputs[0];
  return operand.op.name === "broadcastTo" && source && sameShape(operand.shape, other.shape) ? source : operand;
}

type BinaryVjp = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [() => Tensor, () => Tensor];

function binary(name: string, onnx: string, vjp: BinaryVjp): (a: Operand, b: Operand) => Tensor {
  const build = defineOp<null>({
    name,
    infer: ([a, b]) => {
      ensure(a!.dtype === "float32" && b!.dtype === "float32", name, `expected float32, got ${a} and ${b}`);
      return { dtype: "float32", shape: broadcastShapes(a!.shape, b!.shape, name) };
    },
    vjp: (y, dy, _, wants) => vjp(dy, y.inputs[0]!, y.inputs[1]!, y).map((part, i) => (wants(i) ? part() : undefined)),
    emit: (inputs, _, e) => e.node(onnx, inputs),
  });
  return (a, b) => {
    const [x, y] = [lift(a), lift(b)];
    return build([unexpanded(x, y), unexpanded(y, x)], null);
  };
}

function compare(name: string, onnx: string): (a: Operand, b: Operand) => Tensor {
  const build = defineOp<null>({
    name,
    infer: ([a, b]) => ({ dtype: "bool", shape: broadcastShapes(a!.shape, b!.shape, name) }),
    vjp: () => [undefined, undefined],
    emit: (inputs, _, e) => e.node(onnx, inputs),
  });
  return (a, b) => build([lift(a), lift(b)], null);
}

type UnaryVjp = (dy: Tensor, x: Tensor, y: Tensor) => Tensor;

function unary(name: string, emit: string | ((x: string, e: Emitter) => string), vjp: UnaryVjp): (x: Tensor) => Tensor {
  const build = defineOp<null>({
    name,
    infer: ([x]): TensorType => {
      ensure(x!.dtype === "float32", name, `expected float32, got ${x}`);
      return { dtype: "float32", shape: x!.shape };
    },
    vjp: (y, dy) => [vjp(dy, y.inputs[0]!, y)],
    emit: ([x], _, e) => (typeof emit === "string" ? e.node(emit, [x!]) : emit(x!, e)),
  });
  return (x) => build([x], null);
}

export const add = binary("add", "Add", (dy) => [() => dy, () => dy]);
export const sub = binary("sub", "Sub", (dy) => [() => dy, () => neg(dy)]);
export const mul = binary("mul", "Mul", (dy, a, b) => [() => mul(dy, b), () => mul(dy, a)]);
export const div = binary("div", "Div", (dy, _a, b, y) => [() => div(dy, b), () => neg(div(mul(dy, y), b))]);

/** Where both are equal the gradient goes to the first. */
export const maximum = binary("maximum", "Max", (dy, a, b) => [
  () => mul(dy, sub(1, mask(less(a, b)))),
  () => mul(dy, mask(less(a, b))),
]);
export const minimum = binary("minimum", "Min", (dy, a, b) => [
  () => mul(dy, sub(1, mask(greater(a, b)))),
  () => mul(dy, mask(greater(a, b))),
]);

export const greater = compare("greater", "Greater");
export const less = compare("less", "Less");
export const equal = compare("equal", "Equal");

export const neg = unary("neg", "Neg", (dy) => neg(dy));
export const exp = unary("exp", "Exp", (dy, _x, y) => mul(dy, y));
export const log = unary("log", "Log", (dy, x) => div(dy, x));
export const sqrt = unary("sqrt", "Sqrt", (dy, _x, y) => div(dy, mul(y, 2)));
export const square = unary(
  "square",
  (x, e) => e.node("Mul", [x, x]),
  (dy, x) => mul(dy, mul(x, 2)),
);
export const abs = unary("abs", "Abs", (dy, x) => mul(dy, sign(x)));
export const sign = unary("sign", "Sign", (dy) => mul(dy, 0));
export const sin = unary("sin", "Sin", (dy, x) => mul(dy, cos(x)));
export const cos = unary("cos", "Cos", (dy, x) => neg(mul(dy, sin(x))));
export const tanh = unary("tanh", "Tanh", (dy, _x, y) => mul(dy, sub(1, square(y))));
export const erf = unary("erf", "Erf", (dy, x) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))));
export const sigmoid = unary("sigmoid", "Sigmoid", (dy, _x, y) => mul(dy, mul(y, sub(1, y))));
export const relu = unary("relu", "Relu", (dy, x) => mul(dy, mask(greater(x, 0))));

/** x · σ(αx), and its slope σ + αy(1 − σ). */
function sigmoidUnit(name: string, alpha: number): (x: Tensor) => Tensor {
  return unary(
    name,
    (x, e) => e.node("QuickGelu", [x], { alpha: { float: alpha } }, "com.microsoft"),
    (dy, x, y) => {
      const s = sigmoid(alpha === 1 ? x : mul(x, alpha));
      const rest = mul(y, sub(1, s));
      return mul(dy, add(s, alpha === 1 ? rest : mul(rest, alpha)));
    },
  );
}

/** x · σ(x) */
export const silu = sigmoidUnit("silu", 1);
/** x · σ(1.702 x), CLIP's activation. */
export const quickGelu = sigmoidUnit("quickGelu", 1.702);

/** x · Φ(x), exact. */
export const gelu = unary("gelu", "Gelu", (dy, x) => {
  const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return mul(dy, add(cdf, mul(x, density)));
});

/** The tanh approximation of {@link gelu}. */
export const geluTanh = unary(
  "geluTanh",
  (x, e) => e.node("Gelu", [x], { approximate: "tanh" }),
  (dy, x) => {
    const c = Math.sqrt(2 / Math.PI);
    const t = tanh(mul(add(x, mul(mul(x, square(x)), 0.044715)), c));
    const inner = mul(add(mul(square(x), 3 * 0.044715), 1), c);
    const half = mul(add(t, 1), 0.5);
    return mul(dy, add(half, mul(mul(mul(x, 0.5), sub(1, square(t))), inner)));
  },
);

const powOp = defineOp<number>({
  name: "pow",
  infer: ([x]) => ({ dtype: "float32", shape: x!.shape }),
  vjp: (node, dy, exponent) => [mul(dy, mul(pow(node.inputs[0]!, exponent - 1), exponent))],
  emit: ([x], exponent, e) => e.node("Pow", [x!, e.filled(exponent, [])]),
});

export function pow(x: Tensor, exponent: number): Tensor {
  return powOp([x], exponent);
}

/** x held between two numbers; no gradient outside. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return minimum(maximum(x, low), high);
}

type CastType = "float32" | "float16" | "int64" | "bool";

const castOp = defineOp<CastType>({
  name: "cast",
  infer: ([x], dtype) => ({ dtype, shape: x!.shape }),
  vjp: (node, dy) => [node.inputs[0]!.dtype === "float32" && node.dtype === "float32" ? dy : undefined],
  emit: ([x], dtype, e) => e.node("Cast", [x!], { to: { float32: 1, int64: 7, bool: 9, float16: 10 }[dtype] }),
});

export function cast(x: Tensor, dtype: CastType): Tensor {
  return x.dtype === dtype ? x : castOp([x], dtype);
}

/** A condition as zeros and ones. */
function mask(condition: Tensor): Tensor {
  return cast(condition, "float32");
}

const whereOp = defineOp<null>({
  name: "where",
  infer: ([c, a, b]) => {
    ensure(c!.dtype === "bool", "where", `expected a bool condition, got ${c}`);
    ensure(a!.dtype === b!.dtype, "where", `expected one type, got ${a} and ${b}`);
    return { dtype: a!.dtype, shape: broadcastShapes(c!.shape, broadcastShapes(a!.shape, b!.shape, "where"), "where") };
  },
  vjp: (node, dy) => {
    const c = node.inputs[0]!;
    return [undefined, where(c, dy, 0), where(c, 0, dy)];
  },
  emit: (inputs, _, e) => e.node("Where", inputs),
});

/** `a` where the condition holds, `b` elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return whereOp([condition, lift(a), lift(b)], null);
}
