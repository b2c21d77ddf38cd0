"""The encoder with its three heads: was a word changed, what does a run of words ask for, what does a candidate offer."""

from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, embedding_bag
from transformers import AttentionInterface, AttentionMaskInterface, BertModel
from transformers.masking_utils import eager_mask

WIDTH = 384
# Weight of telling what stood at a place from all other phrases of the batch.
OPEN = 0.3


def attend(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **_):
    """Attention in the numbers it is given: in sixteen bits processors learn four times as fast as by fused kernels."""
    scores = query @ key.transpose(2, 3) * (scaling or query.shape[-1] ** -0.5)
    if attention_mask is not None:
        scores = scores + attention_mask.to(scores.dtype)
    return (torch.softmax(scores, -1) @ value).transpose(1, 2).contiguous(), None


AttentionInterface.register("plain", attend)
AttentionMaskInterface.register("plain", eager_mask)


class Encoder(nn.Module):
    def __init__(self, base: Path):
        super().__init__()
        self.bert = BertModel.from_pretrained(base, attn_implementation="plain", add_pooling_layer=False,
                                              hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        self.detect = nn.Linear(WIDTH, 1)
        self.start, self.end = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(2))
        self.query_bias = nn.Parameter(torch.zeros(WIDTH))
        self.embed = nn.Linear(WIDTH, WIDTH)
        self.prior = nn.Linear(WIDTH, 1, bias=False)
        with torch.no_grad():
            # Word pieces' vectors are much shorter than the states that they meet.
            self.embed.weight.mul_(8)
            self.embed.bias.zero_()
        # Weights of the channel, of detection and of changing at all; training only.
        self.alpha, self.beta, self.gamma = (nn.Parameter(torch.tensor([x])) for x in (0.7, 0.5, -1.0))

    def states(self, batch: dict) -> torch.Tensor:
        """One vector a word: the mean of its pieces'."""
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.bert(input_ids=batch["ids"], attention_mask=batch["mask"]).last_hidden_state
        hidden, owner = hidden.float().reshape(-1, WIDTH), batch["owner"].reshape(-1)
        hidden, owner = hidden[owner >= 0], owner[owner >= 0]
        sums = torch.zeros(batch["words"], WIDTH).index_add(0, owner, hidden)
        counts = torch.zeros(batch["words"]).index_add(0, owner, torch.ones(len(owner)))
        return sums / counts.clamp(min=1)[:, None]

    def forward(self, batch: dict) -> tuple[torch.Tensor, ...]:
        """ln of the odds that each word was changed; how much better than its run's own words each candidate fits; and
        how well each phrase of the batch fits each run."""
        states = self.states(batch)
        detected = self.detect(states)[:, 0]
        if not len(batch["phrase"]):
            return detected, torch.zeros(0), torch.zeros(0, 0)
        pieces = self.bert.embeddings.word_embeddings.weight
        means = embedding_bag(batch["flat"], pieces, batch["offsets"], mode="mean")
        asked = self.start(states)[batch["starts"]] + self.end(states)[batch["ends"] - 1] + self.query_bias
        table = asked @ self.embed(means).T / WIDTH**0.5 + self.prior(means)[:, 0]
        fits = table[batch["span"], batch["phrase"]] - table[batch["span"], batch["own"]]
        return detected, fits, table

    def readings(self, batch: dict, detected: torch.Tensor, fits: torch.Tensor) -> torch.Tensor:
        """ln of the odds of each candidate against what stands there."""
        prior = self.alpha * batch["channel"] + self.beta * detected[batch["starts"][batch["span"]]] + self.gamma
        return (fits + prior).clamp(-30, 30)

    def loss(self, batch: dict) -> torch.Tensor:
        detected, fits, table = self(batch)
        changed = binary_cross_entropy_with_logits(detected, batch["changed"], weight=batch["weight"])
        if not len(fits):
            return changed
        odds = self.readings(batch, detected, fits).exp()
        sites = torch.zeros(len(batch["kept"]))
        total = sites.index_add(0, batch["site"], odds) + 1
        right = sites.index_add(0, batch["site"], odds * batch["right"]) + batch["kept"]
        chosen = (total.log() - right.clamp(min=1e-12).log()).mean()
        # What stood there, among all phrases at hand.
        truth = batch["right"] > 0
        open_loss = cross_entropy(table[batch["span"][truth]], batch["phrase"][truth]) if truth.any() else 0.0
        return chosen + 0.5 * changed + OPEN * open_loss
