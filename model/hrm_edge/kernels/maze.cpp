// Mazes: walls thrown at random, as in Maze-Hard (sapientinc/HRM), or passages cut as people draw them; a start and a goal that
// are far apart.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {
// SplitMix64 (Steele et al., 2014): the same numbers everywhere.
struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  double uniform() { return (next() >> 11) * 0x1p-53; }
  int below(int n) { return (int)(uniform() * n); }
};

enum : uint8_t { WALL = 1, FREE, START, GOAL, PATH };  // symbols of `# SGo`, from 1

struct Grid {
  int rows, cols;
  std::vector<int> distance, parent, queue;
  Grid(int r, int c) : rows(r), cols(c), distance(r * c), parent(r * c), queue(r * c) {}

  // Breadth first from `start`, neighbours down, left, right, up; the first to reach a cell is its parent.
  // Returns the cells reached, which then stand in `queue` in the order of their distance.
  int search(const uint8_t *cells, int start) {
    std::fill(distance.begin(), distance.end(), -1);
    int head = 0, tail = 0;
    distance[start] = 0, parent[start] = -1, queue[tail++] = start;
    while (head < tail) {
      const int at = queue[head++], row = at / cols, col = at % cols;
      const int next[4] = {row + 1 < rows ? at + cols : -1, col > 0 ? at - 1 : -1, col + 1 < cols ? at + 1 : -1,
                           row > 0 ? at - cols : -1};
      for (int to : next) {
        if (to < 0 || cells[to] == WALL || distance[to] >= 0) continue;
        distance[to] = distance[at] + 1, parent[to] = at, queue[tail++] = to;
      }
    }
    return tail;
  }
};

// Each cell a wall by itself.
void throw_walls(uint8_t *cells, int count, double walls, Random &random) {
  for (int i = 0; i < count; i++) cells[i] = random.uniform() < walls ? WALL : FREE;
}

// Passages a cell wide, cut depth first through solid walls between the cells whose row and column are even (or odd), and
// `loops` of the walls that are left between two of them opened.
void cut_passages(uint8_t *cells, int rows, int cols, double loops, Random &random, std::vector<int> &stack) {
  memset(cells, WALL, (size_t)rows * cols);
  const int top = rows > 2 ? random.below(2) : 0, left = cols > 2 ? random.below(2) : 0;
  const int steps[4][2] = {{1, 0}, {0, -1}, {0, 1}, {-1, 0}};
  stack.assign(1, top * cols + left);
  cells[stack[0]] = FREE;
  while (!stack.empty()) {
    const int at = stack.back(), row = at / cols, col = at % cols;
    int ways[4], open = 0;
    for (int d = 0; d < 4; d++) {
      const int r = row + 2 * steps[d][0], c = col + 2 * steps[d][1];
      if (r < 0 || r >= rows || c < 0 || c >= cols) continue;
      if (cells[r * cols + c] == WALL) ways[open++] = d;
    }
    if (open == 0) {
      stack.pop_back();
      continue;
    }
    const int *step = steps[ways[random.below(open)]], between = (row + step[0]) * cols + col + step[1];
    const int to = between + step[0] * cols + step[1];
    cells[between] = cells[to] = FREE, stack.push_back(to);
  }
  for (int row = 0; row < rows; row++)
    for (int col = 0; col < cols; col++) {
      const bool across = row % 2 == top && col % 2 != left && col > 0 && col + 1 < cols;
      const bool down = row % 2 != top && col % 2 == left && row > 0 && row + 1 < rows;
      if ((across || down) && random.uniform() < loops) cells[row * cols + col] = FREE;
    }
}
}  // namespace

extern "C" {

// Mazes number `made` to `count` whose shortest way is `least` moves or more, into questions and answers
// [count][rows * cols]. A number of each maze is uniform between `from` and `to`: the share of walls, or of loops where
// passages are `cut`. The goal is any cell far enough from the start. Returns how many are made after `grids` grids at most:
// fewer than `count` also when `failed`, the grids in a row without success, has come to `tries`. The `state` of the random
// numbers (at first the seed) and `failed` go from call to call, so that many short ones make what one long one would.
int hrm_mazes(int made, int count, int rows, int cols, int least, int cut, double from, double to, int tries, int grids,
              uint64_t *state, int *failed, uint8_t *questions, uint8_t *answers) {
  Random random{*state};
  const int cells = rows * cols;
  Grid grid(rows, cols);
  std::vector<int> stack;
  for (; made < count && *failed < tries && grids > 0; grids--, ++*failed) {
    uint8_t *question = questions + (long)made * cells, *answer = answers + (long)made * cells;
    const double share = from + (to - from) * random.uniform();
    if (cut) cut_passages(question, rows, cols, share, random, stack);
    else throw_walls(question, cells, share, random);
    const int start = random.below(cells);
    if (question[start] == WALL) continue;
    const int reached = grid.search(question, start);
    int first = 0;
    while (first < reached && grid.distance[grid.queue[first]] < least) first++;
    if (first == reached) continue;
    const int goal = grid.queue[first + random.below(reached - first)];
    question[start] = START, question[goal] = GOAL;
    memcpy(answer, question, cells);
    for (int at = grid.parent[goal]; at != start; at = grid.parent[at]) answer[at] = PATH;
    made++, *failed = 0;
  }
  *state = random.state;
  return made;
}
}
