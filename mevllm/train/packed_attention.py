"""Attention over a pack's tree, as an attention function of transformers.

Every node attends to its ancestors in full and to itself causally; the work is the sum over nodes,
not the square of the pack. Without a tree every token attends to those before it in its row.
Registered as `mevllm_packed` (transformers.AttentionInterface).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from mevllm.train.packing import Node

NAME = "mevllm_packed"


def register() -> None:
    """Make the attention known to transformers under NAME; harmless when repeated."""
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface

    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, _no_mask)


def _no_mask(*_: Any, **__: Any) -> None:
    """The tree says who attends to whom."""


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    nodes: tuple[Node, ...] | None = None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Shapes: query (rows, heads, tokens, size), key and value (rows, groups, tokens, size).

    With a tree there is one row.
    """
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    del attention_mask
    if nodes is None:
        # Each group's keys once for every head: the fast kernels want as many of both.
        heads = query.shape[1] // key.shape[1]
        key, value = (x.repeat_interleave(heads, dim=1) for x in (key, value))
        out = scaled_dot_product_attention(query, key, value, is_causal=True, scale=scaling)
        return out.transpose(1, 2).contiguous(), None
    # Split, not sliced: the gradient of a slice is a tensor of zeros as large as the whole.
    sizes = [node.end - node.start for node in nodes]
    at = {node.start: i for i, node in enumerate(nodes)}
    queries, keys, values = (torch.split(x, sizes, dim=2) for x in (query, key, value))
    found = []
    for i, node in enumerate(nodes):
        runs = [*(at[start] for start, _ in node.above), i]
        context = sum(sizes[run] for run in runs)
        mask = None
        if node.above:
            mask = torch.ones(sizes[i], context, dtype=torch.bool, device=query.device)
            mask = mask.tril(context - sizes[i])
        found.append(
            scaled_dot_product_attention(
                queries[i],
                torch.cat([keys[run] for run in runs], dim=2),
                torch.cat([values[run] for run in runs], dim=2),
                attn_mask=mask,
                is_causal=mask is None,
                scale=scaling,
                enable_gqa=True,
            )
        )
    return torch.cat(found, dim=2).transpose(1, 2).contiguous(), None
