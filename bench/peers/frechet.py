"""The Fréchet distance by NumPy covariances and two symmetric eigendecompositions, in float64."""
import os
import sys

import numpy as np
import scipy.linalg
import torch

from serve import milliseconds, serve

torch.set_num_threads(os.cpu_count())
columns = int(sys.argv[3])
real, fake = (np.fromfile(file, np.float32).reshape(-1, columns) for file in sys.argv[1:3])


def fit(features):
    features = features.astype(np.float64)
    return features.mean(0), np.cov(features, rowvar=False)


def by_scipy(a, b):
    values, vectors = scipy.linalg.eigh(a, driver="evd")
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return np.sqrt(np.maximum(scipy.linalg.eigh(root @ b @ root, eigvals_only=True), 0)).sum()


def by_torch(a, b):
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    values, vectors = torch.linalg.eigh(a)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return float(torch.linalg.eigvalsh(root @ b @ root).clamp(min=0).sqrt().sum())


def distance(a, b):
    return float(((a[0] - b[0]) ** 2).sum() + np.trace(a[1]) + np.trace(b[1]) - 2 * root_trace(a[1], b[1]))


fitted = fit(real), fit(fake)
root_trace = min((by_scipy, by_torch), key=lambda way: milliseconds(lambda: way(fitted[0][1], fitted[1][1])))
figures = {
    "fit a Gaussian": lambda: fit(real),
    "distance of fitted Gaussians": lambda: distance(*fitted),
    "whole": lambda: distance(fit(real), fit(fake)),
}
serve(lambda figure: distance(*fitted) if figure == "value" else milliseconds(figures[figure]))
