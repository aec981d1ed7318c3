"""
Gradients by processes: each plan of a step is computed by a process of its own, on one thread. Two processes of one thread do
nearly twice as many tokens a second as one process of two (9,600 against 5,100, measured on the `chat` stage): most of the time goes to small operations
that gain nothing from a second thread.
"""

import multiprocessing

import torch
import torch.nn.functional as F

# How many tokens' speakers are named: those of a value, and so many of the others.
NAMED = 0.12


class Learners:
    """
    `model`'s parameters come to lie in shared memory; `make_batches(index)` makes the source of a plan's groups, in its process.
    `gradients()` puts the mean gradient of one group of each plan into the model's parameters.
    """

    def __init__(self, model, plans, make_batches):
        model.share_memory()
        self.parameters = list(model.parameters())
        self.members = [Member(model, plan, lambda index=index: make_batches(index)) for index, plan in enumerate(plans)]

    def gradients(self):
        """Returns the mean loss, in nats, and the tokens seen. Throws RuntimeError when a process has died."""
        for member in self.members:
            member.begin.release()
        results = [member.result() for member in self.members]
        share = 1 / len(self.members)
        for index, parameter in enumerate(self.parameters):
            parameter.grad = sum(member.gradient[index] for member in self.members) * share
        losses, tokens = zip(*results)
        return sum(losses) * share, sum(tokens)

    def close(self):
        for member in self.members:
            member.process.terminate()
            member.process.join()


class Member:
    def __init__(self, model, plan, make_batches):
        context = multiprocessing.get_context("fork")
        self.begin, self.results = context.Semaphore(0), context.SimpleQueue()
        self.gradient = [torch.zeros_like(parameter).share_memory_() for parameter in model.parameters()]
        self.process = context.Process(target=self._work, args=(model, plan, make_batches), daemon=True)
        self.process.start()

    def result(self):
        while self.results.empty():
            self.process.join(0.001)
            if self.process.exitcode is not None:
                raise RuntimeError("A learner's process has died: is there enough memory?")
        return self.results.get()

    def _work(self, model, plan, make_batches):
        torch.set_num_threads(1)
        batches = make_batches()
        while True:
            group = batches.group(plan)  # the next one is made while the others still compute
            self.begin.acquire()
            model.zero_grad(set_to_none=True)
            loss, tokens = loss_of(model, group)
            loss.backward()
            for kept, parameter in zip(self.gradient, model.parameters()):
                kept.copy_(parameter.grad)
            self.results.put((loss.item(), tokens))


def loss_of(model, group):
    """The weighted mean cross-entropy of the targets, in nats; and the number of tokens seen."""
    prefix, sessions = torch.from_numpy(group.prefix), torch.from_numpy(group.sessions)
    positions = torch.from_numpy(group.positions.copy())
    hidden = model(prefix, sessions[:, :-1], positions)
    following = torch.cat([prefix[1:], prefix[:1]]) if len(prefix) else prefix
    targets = torch.cat([following, sessions[:, 1:].reshape(-1)])
    weights = torch.cat([torch.from_numpy(group.prefix_weights), torch.from_numpy(group.weights).reshape(-1)])
    learned = weights > 0
    losses = F.cross_entropy(model.logits(hidden[learned]), targets[learned], reduction="none")
    loss = (losses * weights[learned]).sum() / weights[learned].sum()
    return loss if group.speakers is None else loss + naming_loss(model, group), len(targets)


def naming_loss(model, group):
    """The mean cross-entropy, in nats, of the first and the last token of the name of who spoke last."""
    names, weights = torch.from_numpy(group.speakers).reshape(-1, 2), torch.from_numpy(group.weights).reshape(-1)
    chosen = ((weights >= weights.max() / 2) | (torch.rand(len(weights)) < NAMED)) & (names[:, 0] >= 0)
    which = chosen.nonzero().squeeze(1) + len(group.prefix)
    return sum(F.cross_entropy(logits, names[chosen, index]) for index, logits in enumerate(model.names(which))) / 2
