"""Rows about predictions: what `lockjam whatif` says against programs in which the change was made."""
import json
import subprocess

import measure
import table

ROUNDS = 5
ERROR = 0.15

# name, program with the change made, question
CHANGES = (
    ("half as long in the section", "desk_half", ["--hold=0.5"]),
    ("no lock", "desk_free", ["--remove"]),
    ("a rwlock, one in ten writes", "desk_shared", ["--as-rwlock", "--writers=change"]),
)


def ask(bench, trace, question):
    """Predicted seconds."""
    command = [bench.lockjam, "whatif", "--format=json", "--lock=desk", *question, trace]
    answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return answer["predicted_ns"] / 1e9


def whatif(bench):
    """Bare: the changed program. Recorded: the prediction from the unchanged one. Medians of rounds in
    turn; the ratio is prediction to measurement."""
    predicted = {name: [] for name, _, _ in CHANGES}
    measured = {name: [] for name, _, _ in CHANGES}
    for _ in range(ROUNDS):
        bench.record([bench.sample("desk")], events="all")
        (trace,) = bench.trace_paths()
        for name, _, question in CHANGES:
            predicted[name].append(ask(bench, trace, question))
        for name, program, _ in CHANGES:
            measured[name].append(bench.run([bench.sample(program)]).wall_s)
    for name, _, _ in CHANGES:
        bare, guess = measure.Figures(measured[name]), measure.Figures(predicted[name])
        ratio = guess.median / bare.median
        table.line(f"{name} (s)", bare, guess, f"{ratio:.2f}", f"+-{ERROR}", abs(ratio - 1) <= ERROR)
