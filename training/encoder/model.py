"""The encoder: a small BERT (Devlin et al., 2019) that reads, with every word, what may have stood there; and its heads:
was a word changed, what does a run of words ask for, what does a candidate offer."""

import torch
from torch import nn
from torch.nn.functional import (
    binary_cross_entropy_with_logits, cross_entropy, embedding_bag, gelu, linear, scaled_dot_product_attention,
)  # fmt: skip

WIDTH, INNER, HEADS, POSITIONS = 384, 1536, 12, 192
# What is told of a word beside its pieces: three looks, then how likely a candidate starts and stands there.
MARKS = 5
# Weights of telling words that were changed, and what stood at a place from all other phrases of the batch.
DETECT, OPEN = 0.5, 0.15
LEAST_CHANNEL, MARGIN = -12.0, 0.001


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.asked, self.gathered = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attention_norm, self.norm = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        rows, length, _ = x.shape
        asked = self.asked(x).view(rows, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(asked[0], asked[1], asked[2], attn_mask=mask)
        x = self.attention_norm(x + self.gathered(seen.transpose(1, 2).reshape(rows, length, WIDTH)))
        return self.norm(x + self.outer(gelu(self.inner(x))))


class Encoder(nn.Module):
    def __init__(self, pieces: int, layers: int):
        super().__init__()
        self.pieces = nn.Embedding(pieces, WIDTH)
        self.positions = nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        # What the words that may have stood somewhere, and the marks, are to the word that stands there.
        self.offered, self.marks = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(MARKS, WIDTH, bias=False)
        self.detect = nn.Linear(WIDTH, 1)
        self.start, self.end = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(2))
        self.query_bias = nn.Parameter(torch.zeros(WIDTH))
        self.embed = nn.Linear(WIDTH, WIDTH)
        self.prior = nn.Linear(WIDTH, 1, bias=False)
        # Of a candidate's odds: of ln of the channel, of the lattice's odds, of those that the word was changed, and 1.
        self.odds = nn.Parameter(torch.tensor([0.2, 0.7, 0.5, -0.5]))
        with torch.no_grad():
            nn.init.normal_(self.offered.weight, std=0.02)
            nn.init.normal_(self.marks.weight, std=0.02)
            # Pieces' vectors are much shorter than the states that they meet.
            self.embed.weight.mul_(8)
            self.embed.bias.zero_()

    def states(self, batch: dict, means: torch.Tensor) -> torch.Tensor:
        """One vector a word: the mean of its pieces'."""
        rows, length = batch["ids"].shape
        words = batch["words"]
        posterior = batch["posterior"]
        offered = torch.zeros(words, WIDTH, device=means.device).index_add(
            0, batch["start"], (means[batch["phrase"]] * posterior[:, None]).float()
        )
        told = self.offered(offered) + self.marks(batch["marks"])
        x = (self.pieces(batch["ids"]) + self.positions[:length]).view(rows * length, WIDTH)
        x = x.index_add(0, batch["first"], told.to(x.dtype)).view(rows, length, WIDTH)
        x = self.norm(x)
        mask = batch["mask"][:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float().view(rows * length, WIDTH)[batch["at"]]
        sums = torch.zeros(words, WIDTH, device=x.device).index_add(0, batch["owner"], x)
        return sums / batch["count"][:, None]

    def forward(self, batch: dict) -> tuple[torch.Tensor, ...]:
        """ln of the odds that each word was changed; of those of each candidate against what stands there; and how well
        each phrase of the batch fits each truth's run."""
        means = embedding_bag(batch["flat"], self.pieces.weight, batch["offsets"], mode="mean")
        states = self.states(batch, means)
        detected = linear(states, self.detect.weight.float(), self.detect.bias.float())[:, 0]
        starts, ends = self.start(states), self.end(states)
        offers, prior = self.embed(means), self.prior(means)[:, 0].float()
        asked = starts[batch["start"]] + ends[batch["last"]] + self.query_bias
        scale = WIDTH**-0.5
        fit = lambda phrase: (asked * offers[phrase]).float().sum(1) * scale + prior[phrase]
        fits = fit(batch["phrase"]) - fit(batch["own"])
        posterior = batch["posterior"].clamp(MARGIN, 1 - MARGIN)
        channel, lattice, changed, bias = self.odds
        odds = fits + channel * batch["channel"].clamp(LEAST_CHANNEL, 0) + lattice * torch.logit(posterior) + bias
        odds = odds + changed * detected[batch["start"]]
        table = None
        if len(batch["true_phrase"]) and self.training:
            asked = starts[batch["true_start"]] + ends[batch["true_last"]] + self.query_bias
            table = (asked @ offers.T).float() * scale + prior
        return detected, odds, table

    def loss(self, batch: dict) -> tuple[torch.Tensor, ...]:
        detected, odds, table = self(batch)
        changed = binary_cross_entropy_with_logits(detected, batch["changed"], weight=batch["weight"])
        # A place is where candidates start. Where none of them is right, all are wrong.
        chance = odds.clamp(-30, 30).exp()
        sites = torch.zeros(batch["words"], device=odds.device)
        total = sites.index_add(0, batch["start"], chance) + 1
        right = sites.index_add(0, batch["start"], chance * batch["right"])
        has_right = sites.index_add(0, batch["start"], batch["right"]) > 0
        chosen = total.log() - torch.where(has_right, right, 1.0).clamp(min=1e-12).log()
        chosen = (chosen * batch["place"]).sum() / batch["place"].sum().clamp(min=1)
        open_loss = cross_entropy(table, batch["true_phrase"]) if table is not None else torch.zeros_like(chosen)
        return chosen + DETECT * changed + OPEN * open_loss, chosen, changed, open_loss


def base(weights: dict, order: list[int]) -> dict:
    """The state of an encoder that starts from a BERT's weights, with the pieces in this order."""
    weights = {name.removeprefix("bert."): weight.float() for name, weight in weights.items()}
    state = {"pieces.weight": weights["embeddings.word_embeddings.weight"][order]}
    state["positions"] = (
        weights["embeddings.position_embeddings.weight"][:POSITIONS] + weights["embeddings.token_type_embeddings.weight"][:1]
    )
    names = {"norm": "embeddings.LayerNorm"}
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in weights:
        theirs, own = f"encoder.layer.{layer}.", f"layers.{layer}."
        for kind in ("weight", "bias"):
            asked = [weights[f"{theirs}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            state[f"{own}asked.{kind}"] = torch.cat(asked)
        names[own + "gathered"] = theirs + "attention.output.dense"
        names[own + "attention_norm"] = theirs + "attention.output.LayerNorm"
        names[own + "inner"], names[own + "outer"] = theirs + "intermediate.dense", theirs + "output.dense"
        names[own + "norm"] = theirs + "output.LayerNorm"
        layer += 1
    for own, name in names.items():
        state |= {f"{own}.{kind}": weights[f"{name}.{kind}"] for kind in ("weight", "bias")}
    return state


def layers(state: dict) -> int:
    return 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
