"""Shared by the peers: answer every line on standard input with one measurement."""
import json
import sys
import time


def milliseconds(work, repeats=1):
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) * 1e3 / repeats


def serve(measure):
    """`measure` takes the name of a figure and gives a number."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        try:
            answer = {"value": measure(line.strip())}
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)
