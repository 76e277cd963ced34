"""Opacus: the noise multiplier for epsilon 1 at 100,000 steps, by its RDP accountant and, where ours is PLD, by its PRV one."""
import warnings

from opacus.accountants.utils import get_noise_multiplier

from serve import milliseconds, serve

warnings.filterwarnings("ignore")


def measure(figure):
    accountant = "rdp" if figure.startswith("rdp") else "prv"
    return milliseconds(
        lambda: get_noise_multiplier(
            target_epsilon=1.0, target_delta=1e-6, sample_rate=0.001, steps=100_000,
            accountant=accountant, epsilon_tolerance=1e-3,
        )
    )


serve(measure)
