"""What the command line has for weights of a namespace's own: weights show, set, reset, and feedback."""

from __future__ import annotations

from tests.acceptance.test_cli import Run, home, run  # noqa: F401


def origins(run: Run, *arguments: str) -> dict[str, tuple[float, str]]:  # noqa: F811
    shown = run("weights", "show", "--json", *arguments).json()["weights"]
    return {one["name"]: (one["value"], one["origin"]) for one in shown if one["origin"] != "default"}


def test_they_are_set_shown_and_reset(run: Run) -> None:  # noqa: F811
    set_here = run("weights", "set", "words=0.8", "recency=0.3", "--namespace", "acme")
    assert "set in acme" in set_here.out
    assert origins(run, "--namespace", "acme/alice") == {"words": (0.8, "set"), "recency": (0.3, "set")}
    run("weights", "set", "words=default", "--namespace", "acme")
    assert origins(run, "--namespace", "acme") == {"recency": (0.3, "set")}
    run("weights", "reset", "--namespace", "acme", "--learnt-only")
    assert origins(run, "--namespace", "acme") == {"recency": (0.3, "set")}
    run("weights", "reset", "--namespace", "acme")
    assert origins(run, "--namespace", "acme") == {}


def test_what_is_no_weight_is_refused(run: Run) -> None:  # noqa: F811
    for word in ("colour=1", "words", "words=much", "words=true", "half_life=0"):
        assert run("weights", "set", word).code == 2, word


def test_feedback_is_counted(run: Run) -> None:  # noqa: F811
    for text in ("I moved to Busan in May.", "Ben lives in Seoul."):
        run("add", text)
    said = run("feedback", "where", "do", "I", "live", "--good", "1", "--bad", "2", "--json").json()
    assert (said["judgements"], said["share"]) == (1, 0)
    assert "2 judgements, 0%" in run("feedback", "where do I live", "--bad", "2").out
    assert run("feedback", "where do I live").code == 2
    assert run("feedback", "where do I live", "--good", "9").code == 3
