"""MuJoCo for Python: steps a second of processor time of the bare loop of one task, one thread.

usage: mujoco.py TASK MODEL.xml ACTIONS.f64
"""
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
# This script has the package's name; its folder must not be searched for it.
here = sys.path.pop(0)
import mujoco
import numpy as np

sys.path.insert(0, here)
from serve import serve

task, path, actions_file = sys.argv[1:4]
model = mujoco.MjModel.from_xml_path(path)
data = mujoco.MjData(model)
actions = np.fromfile(actions_file).reshape(-1, model.nu)
skip = {"hopper": 4, "halfcheetah": 5, "walker2d": 4}[task]
cheetah = task == "halfcheetah"
noise, limit, cost, bonus = (0.1, np.inf, 0.1, 0) if cheetah else (5e-3, 10, 1e-3, 1)
start = np.array([0, 0 if cheetah else 1.25] + [0] * (model.nq - 2), dtype=float)


def healthy(q, v):
    if cheetah:
        return True
    if task == "walker2d":
        return 0.8 < q[1] < 2.0 and -1 < q[2] < 1
    return q[1] > 0.7 and abs(q[2]) < 0.2 and (np.abs(q[2:]) < 100).all() and (np.abs(v) < 100).all()


def measure(_):
    rng = np.random.default_rng(0)

    def reset():
        mujoco.mj_resetData(model, data)
        data.qpos[:] = start + rng.uniform(-noise, noise, model.nq)
        data.qvel[:] = noise * rng.standard_normal(model.nv) if cheetah else rng.uniform(-noise, noise, model.nv)
        mujoco.mj_forward(model, data)

    begun = time.process_time()
    reset()
    dt, length = model.opt.timestep * skip, 0
    for action in actions:
        x = data.qpos[0]
        data.ctrl[:] = action
        mujoco.mj_step(model, data, nstep=skip)
        observation = np.concatenate((data.qpos[1:], np.clip(data.qvel, -limit, limit)))
        reward = (data.qpos[0] - x) / dt + bonus - cost * float(action @ action)
        length += 1
        if not healthy(data.qpos, data.qvel) or length >= 1000:
            reset()
            length = 0
    return len(actions) / (time.process_time() - begun)


serve(measure)
