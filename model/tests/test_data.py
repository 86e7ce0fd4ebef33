"""Data files: read when right, refused by file and line when wrong."""

from __future__ import annotations

import gzip
import re
import tracemalloc
from pathlib import Path

import pytest
import torch

from hrm_edge.data import MAX_RECORD, read_boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_grid, structured_maze, structured_sudoku
from hrm_edge.generate import make, rate
from hrm_edge.kernels.build import load
from hrm_edge.tasks import Task
from hrm_edge.train_config import DataConfig
from hrm_edge.train_data import prepare

TASK = Task(structured_sudoku(32, box_rows=2, box_cols=2))
QUESTION, ANSWER = "1.3.3412.143432.", "1234341221434321"
HEAD = "source,question,answer"
ROW = f"here,{QUESTION},{ANSWER}"


def write(path: Path, *lines: str) -> Path:
    data = ("\n".join(lines) + "\n").encode(errors="surrogateescape")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_reads_questions_and_answers(tmp_path: Path, name: str) -> None:
    boards = read_boards([write(tmp_path / name, HEAD, ROW, ROW.replace(".", "0"))], TASK)
    assert boards.questions.tolist() == [[int(c) if c != "." else 0 for c in QUESTION]] * 2
    assert boards.answers.tolist() == [[int(c) for c in ANSWER]] * 2
    assert boards.sources == [tmp_path / name] * 2


def test_limit_counts_in_every_file(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{i}.csv", HEAD, ROW, ROW, ROW) for i in range(2)]
    assert read_boards(files, TASK, 2).sources == [files[0]] * 2 + [files[1]] * 2


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["source,question", "x,y"], 1, "no column named answer or solution"),
        (
            ["question;answer", "1;2"],
            1,
            "no column named question or puzzle or board in 'question;answer': columns are separated by commas",
        ),
        (
            ["question\tanswer"],
            1,
            "no column named question or puzzle or board in 'question\\tanswer': columns are separated by commas",
        ),
        (["q" * 200], 1, f"no column named question or puzzle or board in '{'q' * 80}'..."),
        (["", "", "source"], 3, "no column named question or puzzle or board"),
        (["question,answer,answer"], 1, "2 columns for the answer: answer, answer"),
        (["Board,question,answer"], 1, "2 columns for the question: board, question"),
        ([HEAD, ROW, "here," + QUESTION], 3, "not 3 columns"),
        ([HEAD, ROW, ROW + ",more"], 3, "not 3 columns"),
        ([HEAD, ROW, f"here,{QUESTION}.,{ANSWER}"], 3, "question has 17 cells, not 16"),
        ([HEAD, ROW, f"here,{QUESTION},{ANSWER[:-1]}"], 3, "answer has 15 cells, not 16"),
        (
            [HEAD, f"here,{QUESTION},{ANSWER[:-1]}7"],
            2,
            "'7' at row 4, column 4 of the answer is none of the symbols '1234.0'",
        ),
        ([HEAD, f"here,{QUESTION},{ANSWER[:-1]}."], 2, "the answer has blanks"),
        ([HEAD, f"here,{QUESTION},2134{ANSWER[4:]}"], 2, "the answer does not keep the givens"),
        ([HEAD, ROW, f"here,{QUESTION},1234341221434324"], 3, "the answer breaks a rule"),
        ([HEAD, 'here,"' + QUESTION], 2, "unexpected end of data"),
        ([HEAD, ROW, f'"two\nlines",{QUESTION},{ANSWER}', "here"], 5, "not 3 columns"),
        ([HEAD, 'a 5" disk' + ROW], 2, "a quote inside an unquoted field"),
        ([HEAD, ROW, ROW.replace("here", '"he"re')], 3, "',' expected after '\"'"),
        ([HEAD, ROW, ROW.replace(",", "\r", 1)], 3, "a carriage return that no line feed follows"),
        ([HEAD, ROW, ROW, "caf\udce9"], 4, "'utf-8' codec can't decode byte 0xe9"),
    ],
)
@pytest.mark.parametrize("blank", [0, 2])
def test_malformed_rows_name_file_and_line(
    tmp_path: Path, lines: list[str], line: int, message: str, blank: int
) -> None:
    if line > 1:
        lines, line = [lines[0], *[""] * blank, *lines[1:]], line + blank
    bad = write(tmp_path / "bad.csv", *lines)
    # After a good file, whose rows must not count.
    with pytest.raises(HrmEdgeError, match=re.escape(f"{bad}: line {line}: {message}")) as caught:
        read_boards([write(tmp_path / "good.csv", HEAD, ROW), bad], TASK)
    assert caught.value.code == "data"


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(tmp_path: Path) -> None:
    plain = f"question,answer\n{QUESTION},{ANSWER}\n".encode()
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    assert len(read_boards([tmp_path / "a.csv"], TASK)) == 1


@pytest.mark.parametrize("head", ["Question, ANSWER ", "puzzle,solution", "board,answer"])
def test_columns_go_by_other_names_after_blank_lines(tmp_path: Path, head: str) -> None:
    assert len(read_boards([write(tmp_path / "a.csv", "", "", head, "", f"{QUESTION},{ANSWER}")], TASK)) == 1


@pytest.mark.parametrize(("made", "named"), [("a.csv", "b.csv.gz"), ("a.csv.gz", "b.csv")])
def test_a_file_is_gzip_by_its_first_bytes(tmp_path: Path, made: str, named: str) -> None:
    assert len(read_boards([write(tmp_path / made, HEAD, ROW).rename(tmp_path / named)], TASK)) == 1


def test_quoted_fields_may_hold_quotes_commas_and_line_breaks(tmp_path: Path) -> None:
    rows = [f'"{text}","{QUESTION}",{ANSWER}' for text in ['5"" disk', 'a,"",b\n"",', ""]]
    assert len(read_boards([write(tmp_path / "a.csv", HEAD, *rows)], TASK)) == 3


def test_free_cells_of_a_maze_may_be_dots(tmp_path: Path) -> None:
    blanks = write(tmp_path / "blanks.csv", "question,answer", "S  G,SooG")
    dots = write(tmp_path / "dots.csv", "question,answer", "S..G,SooG")
    task = Task(structured_maze(1, 4))
    assert read_boards([dots], task).questions.equal(read_boards([blanks], task).questions)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(HrmEdgeError, match=r"none\.csv"):
        read_boards([tmp_path / "none.csv"], TASK)
    with pytest.raises(HrmEdgeError, match=r"no boards in .*header\.csv"):
        read_boards([write(tmp_path / "header.csv", HEAD)], TASK)
    for lines in [], ["", ""]:
        with pytest.raises(HrmEdgeError, match=r"empty\.csv: the file is empty"):
            read_boards([write(tmp_path / "empty.csv", *lines)], TASK)
    whole = write(tmp_path / "cut.csv.gz", HEAD, *[ROW] * 50)
    whole.write_bytes(whole.read_bytes()[:-8])  # without its check sum: every line is there, the end is not
    with pytest.raises(HrmEdgeError, match=r"cut\.csv\.gz: line 52: Compressed file ended"):
        read_boards([whole], TASK)


@pytest.mark.parametrize("endless", [bytes(1 << 20), b'"\n",' * (1 << 18)], ids=["line", "row"])
def test_an_endless_row_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endless: bytes) -> None:
    monkeypatch.setattr("hrm_edge.data.MAX_RECORD", 1 << 10)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(f"question,answer\n{QUESTION},{ANSWER}\n".encode() + endless))
    tracemalloc.start()
    try:
        with pytest.raises(HrmEdgeError, match=r"bomb\.csv\.gz: line 3: a row of more than 1024 characters") as caught:
            read_boards([bomb], TASK)
        assert tracemalloc.get_traced_memory()[1] < 1 << 19
    finally:
        tracemalloc.stop()
    assert caught.value.code == "data"


def test_a_row_may_have_long_columns_of_other_things(tmp_path: Path) -> None:
    long = ["x" * (MAX_RECORD - len(ROW) + len("here") - 1), "x" * (MAX_RECORD - len(ROW) + len("here"))]
    rows = [ROW.replace("here", text, 1) for text in long]
    assert len(read_boards([write(tmp_path / "a.csv", HEAD, rows[0], ROW)], TASK)) == 2
    with pytest.raises(HrmEdgeError, match=r"b\.csv: line 3: a row of more than 1048576 characters"):
        read_boards([write(tmp_path / "b.csv", HEAD, ROW, rows[1])], TASK)


def test_held_out_boards_leave_with_their_isomorphs(tmp_path: Path) -> None:
    # The same board with 1 and 2 exchanged; another board with one given less.
    swap = str.maketrans("12", "21")
    twin = f"here,{QUESTION.translate(swap)},{ANSWER.translate(swap)}"
    other = f"here,..3.3412.143432.,{ANSWER}"
    train = write(tmp_path / "train.csv", HEAD, twin, other)
    held = write(tmp_path / "held.csv", HEAD, ROW)
    boards, holdout = prepare(DataConfig(train=[train], holdout=[held]), TASK)
    assert len(holdout) == 1
    assert boards.questions.tolist() == [[0, 0, *[int(c) if c != "." else 0 for c in QUESTION[2:]]]]
    with pytest.raises(HrmEdgeError, match="no training board is left"):
        prepare(DataConfig(train=[held], holdout=[held]), TASK)


def test_held_out_questions_of_other_tasks_leave(tmp_path: Path) -> None:
    task = Task(structured_grid(2, 2, "ab#", name="pairs"))
    rows = ["ab##,abab", "#b##,bbab", "ab##,abab", "##b#,abbb"]
    train = write(tmp_path / "train.csv", "question,answer", *rows)
    held = write(tmp_path / "held.csv", "question,answer", "ab##,abab")
    boards, _ = prepare(DataConfig(train=[train], holdout=[held]), task)
    assert [task.format(board) for board in boards.questions] == ["#b##", "##b#"]
    again = write(tmp_path / "again.csv", "question,answer", *rows, "#b##,bbab")
    boards, holdout = prepare(DataConfig(train=[again], holdout_rows=1), task)
    assert [task.format(board) for board in boards.questions] == ["ab##", "ab##", "##b#"]
    assert len(holdout) == 1
    with pytest.raises(HrmEdgeError, match="no training board is left"):
        prepare(DataConfig(train=[held], holdout=[held]), task)


def test_a_grid_may_be_drawn_row_by_row(tmp_path: Path) -> None:
    task = Task(structured_grid(2, 3, "ab\x0b", name="pairs"))
    rows = ('"ab\x0b\nbba\n","abb\r\nbba"', "ab\x0bbba,abbbba")
    boards = read_boards([write(tmp_path / "grids.csv", "question,answer", *rows)], task)
    assert [task.format(board) for board in boards.questions] == ["ab\x0bbba"] * 2
    assert [task.format(board) for board in boards.answers] == ["abbbba"] * 2
    other = write(tmp_path / "other.csv", "question,answer", rows[1], 'abaaba,"ab\na\nbb\na"')
    with pytest.raises(HrmEdgeError, match=r"other\.csv: line 3: answer has 2 cells in row 1, not 3"):
        read_boards([other], task)


def test_a_sudoku_may_be_drawn_row_by_row_with_white_space_and_small_letters(tmp_path: Path) -> None:
    task = Task(structured_sudoku(32, box_rows=2, box_cols=5))
    rows = ["".join("123456789A"[(5 * (r % 2) + r // 2 + c) % 10] for c in range(10)) for r in range(10)]
    answer = "".join(rows)
    question = answer[:50] + "." * 50
    drawn = "\n".join(" ".join(row.lower()) for row in rows)
    file = write(tmp_path / "a.csv", "question,answer", f'{answer},"{drawn}\n"', f'" {question}", {answer}')
    read = read_boards([file], task)
    assert [task.format(board) for board in read.questions] == [answer, question]
    assert [task.format(board) for board in read.answers] == [answer] * 2


def test_a_question_has_one_answer_where_no_rules_are_known(tmp_path: Path) -> None:
    task, head = Task(structured_grid(2, 2, "ab#", name="pairs")), "question,answer"
    same = write(tmp_path / "same.csv", head, "ab##,abab", "ab##,abab")
    assert len(read_boards([same], task)) == 2
    twice = write(tmp_path / "twice.csv", head, "#b##,abab", "ab##,abab", "#b##,bbab")
    with pytest.raises(HrmEdgeError, match=r"twice\.csv: line 4: the question of line 2 with another answer") as caught:
        read_boards([twice], task)
    assert caught.value.code == "data"
    other = write(tmp_path / "other.csv", head, "ab##,abba")
    with pytest.raises(HrmEdgeError, match=r"other\.csv: line 2: the question of line 2 of .*same\.csv with another"):
        read_boards([same, other], task)


def test_a_maze_may_have_several_shortest_ways(tmp_path: Path) -> None:
    ways = write(tmp_path / "ways.csv", "question,answer", "S  G,So G", "S  G,S oG")
    assert len(read_boards([ways], Task(structured_maze(2, 2)))) == 2


def test_only_sudoku_has_ratings(tmp_path: Path) -> None:
    task = Task(structured_grid(2, 2, "ab#", name="pairs"))
    train = write(tmp_path / "train.csv", "question,answer", "ab##,abab")
    with pytest.raises(HrmEdgeError, match=r"data\.like: boards of pairs have no ratings") as caught:
        prepare(DataConfig(train=[train], like=train), task)
    assert caught.value.code == "config"


def test_rows_can_be_held_out_of_the_training_file(tmp_path: Path) -> None:
    other = f"here,..3.3412.143432.,{ANSWER}"
    train = write(tmp_path / "train.csv", HEAD, other, ROW)
    boards, holdout = prepare(DataConfig(train=[train], holdout_rows=1), TASK)
    assert torch.equal(holdout.questions[0], read_boards([train], TASK).questions[1])
    assert len(boards) == 1
    with pytest.raises(HrmEdgeError, match="2 boards, of which 2"):
        prepare(DataConfig(train=[train], holdout_rows=2), TASK)


@pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")
def test_boards_are_drawn_with_the_ratings_of_another_file(tmp_path: Path) -> None:
    task = Task(structured_sudoku(32))

    def boards(name: str, easy: int, hard: int) -> Path:
        kinds = [make(easy, task.task, 1, guesses=(0, 0)), make(hard, task.task, 2, guesses=(3, 6))]
        rows = [
            ",".join("".join(map(str, row)) for row in pair)
            for made in kinds
            for pair in zip(made.questions.tolist(), made.answers.tolist(), strict=True)
        ]
        return write(tmp_path / name, "question,answer", *rows)

    pool, like = boards("pool.csv", 24, 6), boards("like.csv", 5, 10)
    drawn, _ = prepare(DataConfig(train=[pool, like], like=like), task)
    assert drawn.sources == [pool] * 9 + [like] * 15  # its own boards all stay
    easy = rate(drawn.questions[:9], task.task, 1).guesses == 0
    assert easy.tolist() == [True] * 3 + [False] * 6  # as many hard ones as there are, and half as many easy ones
    assert torch.equal(prepare(DataConfig(train=[pool], like=like), task)[0].questions, drawn.questions[:9])
    # A file is known by where it is, not by its name.
    (tmp_path / "link").symlink_to(tmp_path)
    aside = tmp_path / "aside" / "like.csv"
    aside.parent.mkdir()
    pool.rename(aside)
    again, _ = prepare(DataConfig(train=[aside, tmp_path / "link" / "like.csv"], like=like), task)
    assert torch.equal(again.questions, drawn.questions)
    with pytest.raises(HrmEdgeError, match="no training board is left"):
        prepare(DataConfig(train=[boards("easy.csv", 4, 0)], like=boards("hard.csv", 0, 4)), task)
