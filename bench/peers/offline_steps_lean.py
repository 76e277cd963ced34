"""TD3+BC as a lean PyTorch loop, from the paper's formulas: one update on Hopper's shapes, sampling included; the figure is the number of steps."""
import copy
import os
import sys

threads = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count()
os.environ["OMP_NUM_THREADS"] = str(threads)

import torch
import torch.nn as nn
import torch.nn.functional as F

from serve import milliseconds, serve

torch.set_num_threads(threads)
torch.manual_seed(0)
S, A, M, B = 11, 3, 4000, 256
s, a, s2 = torch.randn(M, S), torch.randn(M, A).tanh(), torch.randn(M, S)
r, d = torch.randn(M, 1), (torch.arange(M) % 200 == 199).float()[:, None]


def mlp(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, outputs))


actor, q1, q2 = nn.Sequential(mlp(S, A), nn.Tanh()), mlp(S + A, 1), mlp(S + A, 1)
actor_t, q1_t, q2_t = map(copy.deepcopy, (actor, q1, q2))
actor_adam = torch.optim.Adam(actor.parameters(), 3e-4, foreach=True)
critic_adam = torch.optim.Adam([*q1.parameters(), *q2.parameters()], 3e-4, foreach=True)
targets = [p for m in (actor_t, q1_t, q2_t) for p in m.parameters()]
sources = [p for m in (actor, q1, q2) for p in m.parameters()]
count = 0


def step():
    global count
    count += 1
    i = torch.randint(M, (B,))
    bs, ba, bs2, br, bd = s[i], a[i], s2[i], r[i], d[i]
    with torch.no_grad():
        noise = (torch.randn_like(ba) * 0.2).clamp(-0.5, 0.5)
        x2 = torch.cat([bs2, (actor_t(bs2) + noise).clamp(-1, 1)], 1)
        y = br + 0.99 * (1 - bd) * torch.min(q1_t(x2), q2_t(x2))
    x = torch.cat([bs, ba], 1)
    loss = F.mse_loss(q1(x), y) + F.mse_loss(q2(x), y)
    critic_adam.zero_grad()
    loss.backward()
    critic_adam.step()
    if count % 2 == 0:
        chosen = actor(bs)
        q = q1(torch.cat([bs, chosen], 1))
        loss = -2.5 / q.abs().mean().detach() * q.mean() + F.mse_loss(chosen, ba)
        actor_adam.zero_grad()
        loss.backward()
        actor_adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(targets, sources, 0.005)


serve(lambda figure: milliseconds(step, int(figure)))
