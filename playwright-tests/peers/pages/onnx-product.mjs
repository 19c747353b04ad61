// Writes an ONNX model of a single product: MatMul(A, B), or Gemm where an operand is transposed.
// Only the protobuf fields this needs; numbers in comments are field numbers of onnx.proto.
import { dimsOfA, dimsOfB, transposesA, transposesB } from './product.mjs';

const FLOAT = 1;
const INT_ATTRIBUTE = 2;
const OPSET = 17;

function varint(n) {
  const bytes = [];
  while (n > 127) {
    bytes.push((n & 127) | 128);
    n >>= 7;
  }
  bytes.push(n);
  return bytes;
}

const number = (field, n) => [...varint(field << 3), ...varint(n)];
const block = (field, bytes) => [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
const text = (field, string) => block(field, [...new TextEncoder().encode(string)]);

// AttributeProto: name 1, i 3, type 20
const attribute = (name, value) => [...text(1, name), ...number(3, value), ...number(20, INT_ATTRIBUTE)];

// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5
function node(operation, attributes) {
  const operands = [...text(1, 'A'), ...text(1, 'B'), ...text(2, 'C')];
  return [...operands, ...text(3, 'product'), ...text(4, operation), ...attributes.flatMap(a => block(5, a))];
}

// ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; its elem_type 1, shape 2; its dim 1; its dim_value 1
function tensorInfo(name, dims) {
  const shape = dims.flatMap(dim => block(1, number(1, dim)));
  const tensorType = [...number(1, FLOAT), ...block(2, shape)];
  return [...text(1, name), ...block(2, block(1, tensorType))];
}

export function productModel(product) {
  const a = Number(transposesA(product));
  const b = Number(transposesB(product));
  const operation = a || b ? node('Gemm', [attribute('transA', a), attribute('transB', b)]) : node('MatMul', []);
  // GraphProto: node 1, name 2, input 11, output 12
  const graph = [
    ...block(1, operation),
    ...text(2, 'product'),
    ...block(11, tensorInfo('A', dimsOfA(product))),
    ...block(11, tensorInfo('B', dimsOfB(product))),
    ...block(12, tensorInfo('C', [product.m, product.n])),
  ];
  // ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8; OperatorSetIdProto: domain 1, version 2
  const opset = [...text(1, ''), ...number(2, OPSET)];
  return new Uint8Array([...number(1, 8), ...text(2, 'peers'), ...block(7, graph), ...block(8, opset)]);
}
