"""PyTorch: the rate of a square matrix product in float32, in GFLOP/s; the figure is its size, "512²"."""
import os
import sys

import torch

from serve import milliseconds, serve

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count())
torch.manual_seed(0)
inputs = {}


def measure(figure):
    size = int(figure.rstrip("²"))
    if size not in inputs:
        inputs[size] = torch.randn(size, size), torch.randn(size, size)
    a, b = inputs[size]
    return 2 * size**3 / 1e6 / milliseconds(lambda: a @ b, {512: 20, 1024: 5}.get(size, 1))


serve(measure)
