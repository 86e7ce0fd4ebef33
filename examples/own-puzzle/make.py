"""Writes mazes as a CSV of question and answer: `python make.py COUNT SEED > mazes.csv`.

A maze is 9 x 9: walls `#`, free cells, start `S`, goal `G`. There is one way between any two cells; the answer draws
it with `o`. Nothing but the Python standard library.
"""

import argparse
import csv
import random
import sys

SIZE = 9
STEPS = (-SIZE, SIZE, -1, 1)


def carve(draw):
    """Free cells of a random tree of ways: rooms on odd rows and columns, and the walls between them that fell."""
    start = SIZE * draw.randrange(1, SIZE, 2) + draw.randrange(1, SIZE, 2)
    free, edge = {start}, [start]
    while edge:
        at = draw.choice(edge)
        row, column = divmod(at, SIZE)
        ways = [
            step
            for step, room in ((-SIZE, row > 1), (SIZE, row < SIZE - 2), (-1, column > 1), (1, column < SIZE - 2))
            if room and at + 2 * step not in free
        ]
        if ways:
            step = draw.choice(ways)
            free |= {at + step, at + 2 * step}
            edge.append(at + 2 * step)
        else:
            edge.remove(at)
    return free


def path(free, start, goal):
    """Cells from start to goal."""
    before, edge = {start: start}, [start]
    for at in edge:
        for step in STEPS:
            if at + step in free and at + step not in before:
                before[at + step] = at
                edge.append(at + step)
    cells = [goal]
    while cells[-1] != start:
        cells.append(before[cells[-1]])
    return cells


def main(count, seed):
    draw = random.Random(seed)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("question", "answer"))
    seen = set()
    while len(seen) < count:
        free = carve(draw)
        start, goal = draw.sample(sorted(free), 2)
        cells = [" " if at in free else "#" for at in range(SIZE * SIZE)]
        cells[start], cells[goal] = "S", "G"
        question = "".join(cells)
        for at in path(free, start, goal)[1:-1]:
            cells[at] = "o"
        if question not in seen:
            seen.add(question)
            out.writerow((question, "".join(cells)))


options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
options.add_argument("count", type=int)
options.add_argument("seed", type=int)
main(**vars(options.parse_args()))
