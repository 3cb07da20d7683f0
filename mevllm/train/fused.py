"""LoRA layers, SwiGLU and RMSNorm with few passes over memory: the same sums in fewer tensors.

PEFT computes `W x + scaling * B (A x)` as four tensors of the output's size forward and more
backward. On a processor these passes over memory, and the page faults of what they allocate, cost
as much time as the products. Here the low-rank product is added in place, forward and backward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


SILU = ("SiLU", "SiLUActivation")
"""The activation's class, as torch and as transformers name it."""


def fuse(model: Any) -> int:
    """Let the LoRA layers, gated MLPs and RMS norms of a model compute in place.

    Returns how many modules were changed. Only what computes the same is changed: LoRA without
    dropout, merging or DoRA under the one adapter `default`, SiLU gates, and norms whose class is
    an RMS norm with `variance_epsilon`.
    """
    import torch
    from peft.tuners.lora.layer import Linear

    changed = 0
    for module in model.modules():
        kind = type(module).__name__
        forward: Any = None
        if isinstance(module, Linear):
            plain = list(module.lora_A) == ["default"] and not module.lora_variant
            if plain and isinstance(module.lora_dropout["default"], torch.nn.Identity):
                forward = _LoraForward(module)
        elif kind.endswith("RMSNorm") and hasattr(module, "variance_epsilon"):
            forward = _NormForward(module)
        elif kind.endswith("MLP") and type(getattr(module, "act_fn", None)).__name__ in SILU:
            forward = _GatedForward(module)
        if forward is not None:
            vars(module)["forward"] = forward
            changed += 1
    return changed


class _LoraForward:
    def __init__(self, layer: Any) -> None:
        self.layer = layer

    def __call__(self, x: Tensor) -> Tensor:
        layer = self.layer
        base = layer.base_layer
        a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
        scaling = float(layer.scaling["default"])
        found: Tensor = _functions()[0].apply(x, base.weight, base.bias, a, b, scaling)
        return found


class _GatedForward:
    def __init__(self, mlp: Any) -> None:
        self.mlp = mlp

    def __call__(self, x: Tensor) -> Tensor:
        mlp = self.mlp
        gated = _functions()[1].apply(mlp.gate_proj(x), mlp.up_proj(x))
        found: Tensor = mlp.down_proj(gated)
        return found


class _NormForward:
    def __init__(self, norm: Any) -> None:
        self.norm = norm

    def __call__(self, x: Tensor) -> Tensor:
        norm = self.norm
        found: Tensor = _functions()[2].apply(x, norm.weight, norm.variance_epsilon)
        return found


_made: list[Any] = []


def _functions() -> list[Any]:
    """The autograd functions, made when torch is first used."""
    if _made:
        return _made
    import torch
    from torch.nn.functional import linear

    class Lora(torch.autograd.Function):
        @staticmethod
        def forward(
            ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor, scaling: float
        ) -> Tensor:
            flat = x.reshape(-1, x.shape[-1])
            low = flat @ a.t()
            out = linear(flat, weight, bias)
            out.addmm_(low, b.t(), alpha=scaling)
            ctx.save_for_backward(flat, weight, a, b, low)
            ctx.scaling, ctx.shape = scaling, x.shape
            return out.view(*x.shape[:-1], out.shape[-1])

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Any:
            flat, weight, a, b, low = ctx.saved_tensors
            grad = grad.reshape(-1, grad.shape[-1])
            down = (grad @ b).mul_(ctx.scaling)
            d_b = (grad.t() @ low).mul_(ctx.scaling)
            d_a = down.t() @ flat
            d_x = None
            if ctx.needs_input_grad[0]:
                d_x = grad @ weight
                d_x.addmm_(down, a)
                d_x = d_x.view(ctx.shape)
            return d_x, None, None, d_a, d_b, None

    class Gated(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
            ctx.save_for_backward(gate, up)
            return torch.nn.functional.silu(gate).mul_(up)

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Any:
            gate, up = ctx.saved_tensors
            d_up = torch.nn.functional.silu(gate).mul_(grad)
            d_gate = torch.ops.aten.silu_backward(grad * up, gate)
            return d_gate, d_up

    class Norm(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
            wide = x.to(torch.float32, copy=True)
            scale = torch.rsqrt(wide.square().mean(-1, keepdim=True).add_(epsilon))
            ctx.save_for_backward(x, weight, scale)
            return wide.mul_(scale).to(x.dtype).mul_(weight)

        @staticmethod
        def backward(ctx: Any, grad: Tensor) -> Any:
            x, weight, scale = ctx.saved_tensors
            unit = x.float() * scale
            wide = (grad * weight).float()
            inner = (wide * unit).mean(-1, keepdim=True)
            wide.sub_(unit.mul_(inner)).mul_(scale)
            return wide.to(x.dtype), None, None

    _made.extend((Lora, Gated, Norm))
    return _made
