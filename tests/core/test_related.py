"""Which code files a task will touch."""

from __future__ import annotations

from kn.core.context.related import Files, Lead, find_symbols, index_files, is_code, rank_files

PATHS = [
    "src/gateway/limits.py",
    "src/gateway/middleware.py",
    "src/billing/invoice.py",
    "src/billing/tax.py",
    "README.md",
]


def stem(word: str) -> str:
    return word[:5]


def files() -> Files:
    symbols = {"src/gateway/middleware.py": ["RateLimiter"], "src/billing/tax.py": ["vat_rate"]}
    touched = {"dec-1": ["src/billing/tax.py"]}
    return index_files(PATHS, symbols, touched, stem)


def paths(terms: list[str], *leads: Lead, known: tuple[str, ...] = ()) -> list[str]:
    found = rank_files(files(), {stem(t): 1.0 for t in terms}, leads, known=known)
    return [f.path for f in found]


def test_a_word_of_the_path_finds_the_file() -> None:
    assert paths(["invoice"]) == ["src/billing/invoice.py"]


def test_a_word_of_a_symbol_finds_the_file_behind_one_of_the_path() -> None:
    assert paths(["limiter"]) == ["src/gateway/limits.py", "src/gateway/middleware.py"]


def test_the_scope_of_an_item_leads_to_its_file() -> None:
    lead = Lead("dec-9", 1.0, (("src/billing/invoice.py", r"^src/billing/invoice\.py$"),))

    assert paths([], lead) == ["src/billing/invoice.py"]


def test_a_wide_scope_alone_names_no_file() -> None:
    assert paths([], Lead("dec-9", 1.0, (("src/**", "^src/"),))) == []


def test_what_an_items_commits_changed_is_named_with_the_item() -> None:
    found = rank_files(files(), {}, [Lead("dec-1", 1.0, ())])

    assert [(f.path, f.why) for f in found] == [("src/billing/tax.py", "changed with dec-1")]


def test_a_file_that_the_task_names_is_not_found_again() -> None:
    assert paths(["invoice"], known=("src/billing/invoice.py",)) == []


def test_commits_told_in_the_same_words_lead_to_what_they_changed() -> None:
    told = [("Round the totals of a bill", ["src/billing/invoice.py"]), ("Bump", ["README.md"])]
    about = index_files(PATHS, {}, {}, stem, told)

    found = rank_files(about, {stem("totals"): 1.0, stem("bill"): 1.0}, ())

    assert [(f.path, f.why) for f in found][:1] == [
        ("src/billing/invoice.py", "changed by commits of these words")
    ]
    assert "README.md" not in [f.path for f in found]


def test_a_commit_that_changed_everything_and_one_of_gone_files_say_nothing() -> None:
    told = [("Reformat totals", [*PATHS, *map(str, range(40))]), ("Drop totals", ["gone.py"])]

    assert rank_files(index_files(PATHS, {}, {}, stem, told), {stem("totals"): 1.0}, ()) == []


def test_one_common_word_among_many_unknown_ones_is_too_little() -> None:
    told = [(f"Add thing {n}", [PATHS[n % 4]]) for n in range(50)]
    about = index_files(PATHS, {}, {}, stem, told)
    asked = {stem(w): 1.0 for w in ("add", "kubernetes", "operator", "webhooks")}

    assert rank_files(about, asked, ()) == []


def test_no_evidence_names_nothing() -> None:
    assert paths(["kubernetes"]) == []


def test_symbols_are_found_in_many_languages() -> None:
    text = "class A1x:\n def take_all(self)\nfunc (r *Repo) Open(\nfn parse_it()\ninterface IUser {"

    assert find_symbols(text) == ["A1x", "take_all", "Open", "parse_it", "IUser"]


def test_locks_pictures_and_licences_are_no_code() -> None:
    shown = [p for p in ("a/uv.lock", "logo.PNG", "LICENSE", "go.sum", "src/a.go") if is_code(p)]

    assert shown == ["src/a.go"]


def test_files_take_what_the_items_leave_and_at_most_an_eighth_before() -> None:
    from kn.adapters.tokens import count
    from kn.core.context.layout import Printable, lay_out

    item = "- [dec-00000001] Use a leaky bucket for rate limiting.\n"
    ranked = [Printable("dec-00000001", item, item, count(item), count(item))] * 30
    lines = [(line, count(line)) for line in (f"- src/part/file_{n}.py\n" for n in range(9))]

    for budget in range(0, 500, 7):
        layout = lay_out(ranked, budget, files=lines)
        assert layout.spent == count(layout.text) <= budget
        assert layout.text.count("src/part/file_") == layout.files
    assert lay_out(ranked, 400, files=lines).files >= 4
