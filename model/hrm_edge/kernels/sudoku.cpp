// Solves, rates and makes Sudoku boards of any box size up to 5x5. Boards are bytes: 0 blank, 1..n symbols.
//
// The solver fills naked and hidden singles, then guesses in the cell with fewest candidates; the number of guesses
// that its search makes is the rating: 0 for a board that singles solve.
#include <stdint.h>
#include <string.h>

#include <vector>

namespace {
struct Rules {
  int n, cells;
  std::vector<std::vector<int>> peers, units;
  Rules(int box_rows, int box_cols) : n(box_rows * box_cols), cells(n * n), peers(cells), units(3 * n) {
    for (int i = 0; i < cells; i++) {
      const int r = i / n, c = i % n, b = r / box_rows * box_rows + c / box_cols;
      units[r].push_back(i), units[n + c].push_back(i), units[2 * n + b].push_back(i);
      for (int j = 0; j < cells; j++) {
        const int s = j / n, d = j % n;
        if (i != j && (r == s || c == d || b == s / box_rows * box_rows + d / box_cols)) peers[i].push_back(j);
      }
    }
  }
};

struct State {
  std::vector<uint32_t> open;  // candidates of a cell, one bit a symbol
  std::vector<uint8_t> value;  // 0 until filled
  int filled;
};

// xorshift64*: the same boards from the same seed on every machine
struct Random {
  uint64_t s;
  uint32_t below(uint32_t n) {
    s ^= s >> 12, s ^= s << 25, s ^= s >> 27;
    return (uint32_t)(((s * 0x2545F4914F6CDD1Dull >> 32) * n) >> 32);
  }
};

struct Search {
  const Rules &rules;
  Random *random;                      // order of cells and symbols; null: fixed
  int most;                            // solutions to stop at
  long budget;                         // guesses to stop at
  const volatile int *stop = nullptr;  // not 0: stop at once
  int found = 0;
  long guesses = 0;
  std::vector<uint8_t> first{};

  bool fill(State &s, int cell, int symbol) const {
    std::vector<std::pair<int, int>> due{{cell, symbol}};
    while (!due.empty()) {
      auto [at, v] = due.back();
      due.pop_back();
      if (s.value[at]) {
        if (s.value[at] != v) return false;
        continue;
      }
      const uint32_t bit = 1u << v;
      if (!(s.open[at] & bit)) return false;
      s.value[at] = (uint8_t)v, s.open[at] = bit, s.filled++;
      for (int p : rules.peers[at]) {
        if (!(s.open[p] & bit)) continue;
        if (s.value[p]) return false;
        s.open[p] &= ~bit;
        if (!s.open[p]) return false;
        if (!(s.open[p] & (s.open[p] - 1))) due.push_back({p, __builtin_ctz(s.open[p])});
      }
    }
    return true;
  }

  bool hidden_singles(State &s) const {
    const uint32_t all = ((1u << rules.n) - 1) << 1;
    for (bool again = true; again && s.filled < rules.cells;) {
      again = false;
      for (const auto &unit : rules.units) {
        uint32_t once = 0, twice = 0;
        for (int c : unit) twice |= once & s.open[c], once |= s.open[c];
        if (once != all) return false;
        const uint32_t only = once & ~twice;
        for (int c : unit) {
          const uint32_t here = s.open[c] & only;
          if (s.value[c] || !here) continue;
          if (here & (here - 1)) return false;
          if (!fill(s, c, __builtin_ctz(here))) return false;
          again = true;
        }
      }
    }
    return true;
  }

  // true: stop searching
  bool descend(State &s) {
    if (!hidden_singles(s)) return false;
    if (s.filled == rules.cells) {
      if (!found++) first = s.value;
      return found >= most;
    }
    int best = -1, fewest = 99;
    const int start = random ? (int)random->below(rules.cells) : 0;
    for (int k = 0; k < rules.cells; k++) {
      const int c = (k + start) % rules.cells, width = __builtin_popcount(s.open[c]);
      if (!s.value[c] && width < fewest) fewest = width, best = c;
    }
    int symbols[32], count = 0;
    for (int v = 1; v <= rules.n; v++)
      if (s.open[best] >> v & 1) symbols[count++] = v;
    for (int i = count - 1; random && i > 0; i--) std::swap(symbols[i], symbols[random->below(i + 1)]);
    for (int i = 0; i < count; i++) {
      if (++guesses > budget || (stop && *stop)) return true;
      State next = s;
      if (fill(next, best, symbols[i]) && descend(next)) return true;
    }
    return false;
  }

  // Tries every candidate: one that singles refute is taken out. Until nothing changes.
  bool look_ahead(State &s) const {
    for (bool again = true; again && s.filled < rules.cells;) {
      again = false;
      for (int c = 0; c < rules.cells; c++)
        for (int v = 1; v <= rules.n && !s.value[c]; v++) {
          if (!(s.open[c] >> v & 1)) continue;
          State tried = s;
          if (fill(tried, c, v) && hidden_singles(tried)) continue;
          again = true;
          s.open[c] &= ~(1u << v);
          if (!s.open[c]) return false;
          if (!(s.open[c] & (s.open[c] - 1)) && !fill(s, c, __builtin_ctz(s.open[c]))) return false;
          if (!hidden_singles(s)) return false;
        }
    }
    return true;
  }

  // What singles (and where `ahead` is set, a look one candidate ahead) make of a board with some candidates switched
  // off (tokens[cell * n + symbol - 1] == 2; a given has all but one off): -1 a contradiction, 1 filled, 0 neither.
  int propagate(const uint8_t *tokens, bool ahead) const {
    State s{std::vector<uint32_t>(rules.cells, 0), std::vector<uint8_t>(rules.cells, 0), 0};
    for (int c = 0; c < rules.cells; c++) {
      for (int v = 0; v < rules.n; v++)
        if (tokens[c * rules.n + v] != 2) s.open[c] |= 2u << v;
      if (!s.open[c]) return -1;
    }
    for (int c = 0; c < rules.cells; c++)
      if (!s.value[c] && !(s.open[c] & (s.open[c] - 1)) && !fill(s, c, __builtin_ctz(s.open[c]))) return -1;
    if (!hidden_singles(s) || (ahead && !look_ahead(s))) return -1;
    return s.filled == rules.cells;
  }

  void run(const uint8_t *board) {
    State s{std::vector<uint32_t>(rules.cells, ((1u << rules.n) - 1) << 1), std::vector<uint8_t>(rules.cells, 0), 0};
    for (int i = 0; i < rules.cells; i++)
      if (board[i] && !fill(s, i, board[i])) return;
    descend(s);
  }
};

// Random order of 0..n-1.
std::vector<int> shuffled(int n, Random &random) {
  std::vector<int> order(n);
  for (int i = 0; i < n; i++) order[i] = i;
  for (int i = n - 1; i > 0; i--) std::swap(order[i], order[random.below(i + 1)]);
  return order;
}
}  // namespace

extern "C" {

// Per board: number of solutions counted up to `most` (-1 when `budget` guesses did not settle it), guesses made, and
// the first solution (untouched when there is none).
void hrm_sudoku_solve(long boards, int box_rows, int box_cols, int most, long budget, const uint8_t *questions,
                      int32_t *solutions, int64_t *guesses, uint8_t *answers) {
  const Rules rules(box_rows, box_cols);
  for (long b = 0; b < boards; b++) {
    Search search{rules, nullptr, most, budget};
    search.run(questions + b * rules.cells);
    solutions[b] = search.guesses > budget ? -1 : search.found;
    guesses[b] = search.guesses;
    if (search.found) memcpy(answers + b * rules.cells, search.first.data(), rules.cells);
  }
}

// status[b]: -1 when singles refute the input tokens of board b (0 open, 1 on, 2 off), 1 when they fill it, else 0;
// with `ahead` singles are helped by trying every candidate.
void hrm_sudoku_propagate(long boards, int box_rows, int box_cols, int ahead, const uint8_t *tokens, int32_t *status) {
  const Rules rules(box_rows, box_cols);
  const Search search{rules, nullptr, 1, 0};
  for (long b = 0; b < boards; b++) status[b] = search.propagate(tokens + b * rules.cells * rules.n, ahead);
}

// Makes `boards` boards with one solution whose rating lies in [least, greatest]: a random full grid, from which
// givens are taken in random order while the solution stays the only one, down to `givens`. Gives up after `tries`
// grids in all. Counts the boards `made` and the `grids` begun where another thread can read them; that thread can also
// `stop` it, for one grid of 25x25 can take hours.
void hrm_sudoku_make(long boards, int box_rows, int box_cols, uint64_t seed, int givens, long least, long greatest,
                     long tries, const volatile int *stop, volatile long *made, volatile long *grids,
                     uint8_t *questions, uint8_t *answers, int64_t *ratings) {
  const Rules rules(box_rows, box_cols);
  Random random{seed * 0x9E3779B97F4A7C15ull + 0x853C49E6748FEA9Bull};
  constexpr long kBudget = 1 << 20;
  while (*made < boards && *grids < tries) {
    *grids = *grids + 1;
    std::vector<uint8_t> board(rules.cells, 0);
    const auto symbols = shuffled(rules.n, random);
    for (int i = 0; i < rules.n; i++) board[i] = (uint8_t)(symbols[i] + 1);
    Search full{rules, &random, 1, kBudget, stop};
    full.run(board.data());
    if (*stop) return;
    if (full.found != 1) continue;
    board = full.first;
    int left = rules.cells;
    for (int i : shuffled(rules.cells, random)) {
      if (left <= givens) break;
      const uint8_t was = board[i];
      board[i] = 0;
      Search check{rules, nullptr, 2, kBudget, stop};
      check.run(board.data());
      if (*stop) return;
      if (check.found == 1 && check.guesses <= kBudget) left--;
      else board[i] = was;
    }
    Search rate{rules, nullptr, 1, kBudget, stop};
    rate.run(board.data());
    if (*stop) return;
    if (rate.guesses < least || rate.guesses > greatest) continue;
    memcpy(questions + *made * rules.cells, board.data(), rules.cells);
    memcpy(answers + *made * rules.cells, full.first.data(), rules.cells);
    ratings[*made] = rate.guesses;
    *made = *made + 1;
  }
}
}
