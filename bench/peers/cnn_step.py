"""PyTorch: one training step of the small convolutional classifier; the figure names layout and batch."""
import os
import sys

import torch
import torch.nn as nn

from serve import milliseconds, serve

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count())


def make(batch):
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    x, labels = torch.randn(batch, 1, 28, 28), torch.randint(0, 10, (batch,))
    if os.environ.get("LETHE_PEER_LAYOUT") == "channels-last":
        network, x = network.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    criterion = nn.CrossEntropyLoss()

    def step():
        optimiser.zero_grad()
        loss = criterion(network(x), labels)
        loss.backward()
        optimiser.step()

    return step


steps = {}


def measure(figure):
    batch = int(figure.split()[-1])
    if batch not in steps:
        steps[batch] = make(batch)
    return milliseconds(steps[batch], 2)


serve(measure)
