"""d3rlpy: one gradient step of an offline-RL algorithm on Hopper's shapes, batch sampling included; past any warm-up.

usage: offline_steps.py [threads]; the figure is the algorithm, and after a space the number of steps to take.
"""
import logging
import os
import sys
import warnings

threads = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count()
os.environ["OMP_NUM_THREADS"] = str(threads)
warnings.filterwarnings("ignore")

import numpy as np
import structlog
import torch

errors, answers, sys.stderr, sys.stdout = sys.stderr, sys.stdout, open(os.devnull, "w"), open(os.devnull, "w")
import d3rlpy

sys.stderr, sys.stdout = errors, answers
from serve import milliseconds, serve

torch.set_num_threads(threads)
logging.disable(logging.CRITICAL)
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

random, rows = np.random.default_rng(0), 4000
data = d3rlpy.dataset.MDPDataset(
    random.normal(size=(rows, 11)).astype("f4"),
    np.tanh(random.normal(size=(rows, 3))).astype("f4"),
    random.normal(size=(rows,)).astype("f4"),
    (np.arange(rows) % 200 == 199).astype("f4"),
)
algorithms = d3rlpy.algos
layers = d3rlpy.models.VectorEncoderFactory


def published(actor, coder):
    return {
        "actor_encoder_factory": layers(actor),
        "critic_encoder_factory": layers(actor),
        "imitator_encoder_factory": layers(coder),
    }


configurations = {
    "td3-bc": algorithms.TD3PlusBCConfig(),
    "iql": algorithms.IQLConfig(),
    "cql": algorithms.CQLConfig(),
    "bcq": algorithms.BCQConfig(),
    "bear": algorithms.BEARConfig(warmup_steps=0),
    "plas": algorithms.PLASWithPerturbationConfig(warmup_steps=0),
    "bcq-published": algorithms.BCQConfig(**published([400, 300], [750, 750])),
    "bear-published": algorithms.BEARConfig(warmup_steps=0, **published([256, 256], [750, 750])),
    "plas-published": algorithms.PLASWithPerturbationConfig(warmup_steps=0, **published([400, 300], [750, 750])),
}
made = {}


def make(name):
    torch.manual_seed(0)
    algorithm = configurations[name].create(device="cpu:0")
    algorithm.build_with_dataset(data)
    return lambda: algorithm.update(data.sample_transition_batch(algorithm.batch_size))


def measure(figure):
    name, steps = figure.split()
    if name not in made:
        made[name] = make(name)
        made[name]()
    return milliseconds(made[name], int(steps))


serve(measure)
