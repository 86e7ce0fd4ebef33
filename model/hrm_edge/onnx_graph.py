"""Writes ONNX graphs node by node: names, constants of one precision, the operators of a step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# ONNX Runtime's fused operators (MatMulNBits, QuickGelu, ...) live here.
MICROSOFT = "com.microsoft"
OPSET = 21
# IR version 10 goes with opset 21.
IR_VERSION = 10
# Free dimension of every input and output: boards computed at once.
BATCH = "batch"

Dims = Sequence[int | str]


class Graph:
    """A graph under construction; every value is known by its name.

    Args:
        half: floats are float16.
    """

    def __init__(self, half: bool) -> None:
        self.float = np.float16 if half else np.float32
        self.float_type = TensorProto.FLOAT16 if half else TensorProto.FLOAT
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._outer: dict[str, str] = {}

    def input(self, name: str, dtype: int, dims: Dims) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, dtype, dims))
        return name

    def output(self, name: str, value: str, dtype: int, dims: Dims) -> None:
        """Makes the value of a node an output under this name."""
        self._outer[value] = name
        self._outputs.append(helper.make_tensor_value_info(name, dtype, dims))

    def constant(self, array: np.ndarray) -> str:
        name = f"c_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def floats(self, array: np.ndarray) -> str:
        """A constant in the graph's precision."""
        return self.constant(np.asarray(array, self.float))

    def ints(self, values: Sequence[int] | np.ndarray) -> str:
        return self.constant(np.asarray(values, np.int64))

    def node(self, op: str, inputs: Sequence[str], domain: str = "", **attributes: object) -> str:
        return self.nodes(op, inputs, 1, domain, **attributes)[0]

    def nodes(self, op: str, inputs: Sequence[str], outputs: int, domain: str = "", **attributes: object) -> list[str]:
        names = [f"{op}_{len(self._nodes)}_{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(op, inputs, names, domain=domain, **attributes))
        return names

    def finish(self, name: str, metadata: dict[str, str]) -> onnx.ModelProto:
        """The model, checked."""
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [self._outer.get(value, value) for value in names]
        graph = helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="hrm-edge", ir_version=IR_VERSION)
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model)
        return model
