"""Muon (Keller Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): momentum whose matrices are made orthogonal."""

import torch

# Coefficients of the quintic Newton-Schulz iteration, from the same text.
A, B, C = 3.4445, -4.7750, 2.0315
# RMS of an update, to match AdamW's (Liu et al. 2025, "Muon is scalable for LLM training", section 2.2).
UPDATE_RMS = 0.2


def orthogonal(matrix, rounds=5):
    """About U·V' of the matrix's singular value decomposition."""
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(rounds):
        gram = x @ x.T
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """For the matrices between the embedding and the output. A group's `split` says of how many matrices its parameters consist."""

    def __init__(self, groups, lr, dtype=torch.float32, momentum=0.95, weight_decay=0.05):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "split": 1})
        self.dtype = dtype  # of the iteration; bfloat16 is exact enough

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                self._update(parameter, group)

    def _update(self, parameter, group):
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].mul_(group["momentum"]).add_(parameter.grad)
        ahead = parameter.grad.add(state["momentum"], alpha=group["momentum"])
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        for own, update in zip(parameter.chunk(group["split"]), ahead.chunk(group["split"])):
            own.add_(orthogonal(update.to(self.dtype)).float(), alpha=-group["lr"] * UPDATE_RMS * max(own.shape) ** 0.5)
