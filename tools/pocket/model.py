"""A llama decoder: RMSNorm, rotary positions, SwiGLU, tied embeddings. Written for training many short conversations after one prefix."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

ROWS_AT_ONCE = 512  # queries whose scores are held in memory together
NAMED_AFTER = 3  # layers, from whose output the speaker is to be named while that is learned


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 2048
    width: int = 192
    layers: int = 5
    heads: int = 4
    hidden: int = 512
    context: int = 6144  # tokens
    rope_base: float = 500_000.0
    epsilon: float = 1e-5


def norm(x, gain, epsilon):
    return (x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon)) * gain


class Pocket(nn.Module):
    """
    Parameters are float32; the matrix work is done in `dtype`. Queries and keys rotate in halves (pairs i, i + size/2); the exporter
    reorders them for llama.cpp, which rotates neighbours.
    """

    def __init__(self, shape=Shape(), dtype=torch.float32):
        super().__init__()
        self.shape, self.dtype = shape, dtype
        w, h = shape.width, shape.hidden
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, w) * 0.02)
        deep = 0.02 / math.sqrt(2 * shape.layers)
        self.layers = nn.ModuleList()
        for _ in range(shape.layers):
            layer = nn.Module()
            layer.attention_norm = nn.Parameter(torch.ones(w))
            layer.qkv = nn.Parameter(torch.randn(3 * w, w) * (1 / math.sqrt(w)) * 0.6)
            layer.out = nn.Parameter(torch.randn(w, w) * deep)
            layer.feed_norm = nn.Parameter(torch.ones(w))
            layer.gate_up = nn.Parameter(torch.randn(2 * h, w) * (1 / math.sqrt(w)) * 0.6)
            layer.down = nn.Parameter(torch.randn(w, h) * deep)
            self.layers.append(layer)
        self.last_norm = nn.Parameter(torch.ones(w))
        self.naming, self.halfway = None, None
        size = w // shape.heads
        frequency = shape.rope_base ** (-torch.arange(0, size, 2).float() / size)
        angles = torch.outer(torch.arange(shape.context).float(), frequency)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def begin_naming(self):
        """Two more output layers, for the first and the last token of a speaker's name, which begin as the embedding (see apart.py)."""
        self.naming = nn.Parameter(torch.stack([self.embedding.data, self.embedding.data]))

    def end_naming(self):
        self.naming = None

    def forward(self, prefix, sessions, positions):
        """
        prefix: ids (P), may be empty. sessions: ids (K, S), each read after the prefix and never after one another. positions: of the
        sessions' tokens (K, S); the prefix stands at 0 to P - 1. Returns hidden states (P + K·S, width), the prefix's first.
        """
        length, (count, steps) = len(prefix), sessions.shape
        ids = torch.cat([prefix, sessions.reshape(-1)])
        where = torch.cat([torch.arange(length), positions.reshape(-1)])
        cos, sin = self.cos[where].unsqueeze(1).to(self.dtype), self.sin[where].unsqueeze(1).to(self.dtype)
        x = self.embedding[ids]
        for index, layer in enumerate(self.layers, 1):
            x = x + self._attend(layer, x, (cos, sin), (length, count, steps))
            x = x + self._feed(layer, x)
            if index == NAMED_AFTER:
                self.halfway = x
        return norm(x, self.last_norm, self.shape.epsilon)

    def logits(self, hidden):
        return F.linear(hidden.to(self.dtype), self.embedding.to(self.dtype)).float()

    def names(self, which):
        """Logits of the first (0) and of the last token (1) of the speaker's name, for chosen tokens of the last forward pass."""
        hidden = norm(self.halfway[which], 1.0, self.shape.epsilon).to(self.dtype)
        return [F.linear(hidden, own.to(self.dtype)).float() for own in self.naming]

    def _feed(self, layer, x):
        h = norm(x, layer.feed_norm, self.shape.epsilon).to(self.dtype)
        gate, up = F.linear(h, layer.gate_up.to(self.dtype)).chunk(2, -1)
        return F.linear(F.silu(gate) * up, layer.down.to(self.dtype)).float()

    def _attend(self, layer, x, turn, sizes):
        length, count, steps = sizes
        heads, size = self.shape.heads, self.shape.width // self.shape.heads
        h = norm(x, layer.attention_norm, self.shape.epsilon).to(self.dtype)
        q, k, v = F.linear(h, layer.qkv.to(self.dtype)).view(-1, 3, heads, size).unbind(1)
        q, k = rotate(q, *turn), rotate(k, *turn)
        seen = []
        if length:
            first = [t[:length].transpose(0, 1) for t in (q, k, v)]  # (heads, P, size)
            seen.append(attention(*first, before=0).transpose(0, 1).reshape(length, -1))
        if count * steps:
            own = [t[length:].view(count, steps, heads, size).transpose(1, 2) for t in (q, k, v)]
            keys, values = (
                torch.cat([t[:length].transpose(0, 1).expand(count, -1, -1, -1), mine], 2) for t, mine in zip((k, v), own[1:])
            )
            flat = (count * heads, -1, size)
            said = attention(own[0].reshape(flat), keys.reshape(flat), values.reshape(flat), before=length)
            seen.append(said.view(count, heads, steps, size).transpose(1, 2).reshape(count * steps, -1))
        return F.linear(torch.cat(seen), layer.out.to(self.dtype)).float()


def rotate(x, cos, sin):
    left, right = x.chunk(2, -1)
    return torch.cat([left * cos - right * sin, left * sin + right * cos], -1)


def attention(q, k, v, before):
    """Causal attention of (batch, S, size) over (batch, before + S, size), a block of rows at a time; rows see no key after their own."""
    steps, scale = q.shape[1], 1 / math.sqrt(q.shape[2])
    parts = []
    for start in range(0, steps, ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, steps)
        visible = before + end
        mask = torch.zeros(end - start, visible, dtype=q.dtype)
        rows = torch.full((end - start, end - start), float("-inf"), dtype=q.dtype)
        mask[:, visible - (end - start) :] = rows.triu(1)
        scores = torch.baddbmm(mask, q[:, start:end], k[:, :visible].transpose(1, 2), alpha=scale)
        parts.append(torch.bmm(torch.softmax(scores, -1), v[:, :visible]))
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)
