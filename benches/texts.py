"""Texts for benchmarks: conversations out of a seed, with words as frequent as words are (Zipf), in English and Korean.

They mean nothing, so they say nothing about recall; what they weigh is what real ones weigh.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from random import Random
from struct import unpack_from
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parent.parent / "python" / "greeum" / "data" / "static-256.table"
FIRST_WORD = 1_996
"""Where the vocabulary of the table begins with whole words, the commonest first."""

KOREAN = (  # noqa: SIM905 - a list of words reads as one
    "회사 병원 학교 친구 가족 고양이 강아지 바다 부산 서울 제주 여행 점심 저녁 커피 회의 일정 예약 주문 "
    "배송 운동 산책 영화 음악 책 사진 날씨 비 버스 지하철 자동차 운전 면허 시험 공부 숙제 선물 생일 결혼 "
    "이사 집 방 부엌 요리 김치 라면 빵 과일 약 의사 간호사 환자 수술 검사 결과 보고서 발표 코드 서버 배포 "
    "오류 로그 데이터 고객 계약 예산 월급 적금 은행 카드 통장 세금 보험 계획 목표 습관 기록 메모 질문 대답 "
    "약속 시간 주말 아침 새벽 "
).split()
PARTICLES = ("은", "는", "이", "가", "을", "를", "에", "에서", "으로", "하고", "도", "까지", "")
ENDINGS = ("갔어", "했어", "있어", "좋아", "먹었어", "봤어", "샀어", "할 거야", "끝났어", "바꿨어", "정했어", "없어")
SPEAKERS = ("alice", "ben", "민지", "준호", "assistant")
START = 1_704_067_200
"""2024-01-01 in seconds: conversations follow one another from here, an hour and a half apart."""


def english_words() -> list[str]:
    """The whole words of the shipped table, the commonest first."""
    raw = TABLE.read_bytes()
    size, offsets, strings = (unpack_from("<I", raw, 8 + 4 * field)[0] for field in (0, 5, 6))
    ends = unpack_from(f"<{size + 1}I", raw, offsets)
    words = (raw[strings + ends[i] : strings + ends[i + 1]].decode() for i in range(FIRST_WORD, size))
    return [word for word in words if word.isalpha() and word.isascii() and len(word) > 1]


class Texts:
    """Blocks and queries of one workload, the same for the same seed."""

    def __init__(self, workload: dict[str, Any]) -> None:
        self._workload = workload
        self._random = Random(workload["seed"])
        self._words = english_words()
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))

    def blocks(self) -> Iterator[dict[str, Any]]:
        """What `Memory.add_many` takes."""
        turns, per_user = self._workload["turns_per_conversation"], self._workload["conversations_per_user"]
        for number in range(self._workload["blocks"]):
            conversation, turn = divmod(number, turns)
            seconds = START + conversation * 5_400 + turn * 60
            yield {
                "text": self._text(*self._workload["words"]),
                "namespace": f"team/user-{conversation // per_user}/chat-{conversation}",
                "source": self._random.choice(SPEAKERS),
                "at": iso(seconds),
            }

    def questions(self, blocks: list[dict[str, Any]]) -> list[tuple[int, str]]:
        """Some of these blocks, each by its place and some of its words: what was said is asked for, in part."""
        low, high = self._workload["query_words"]
        questions = []
        for place in self._random.sample(range(len(blocks)), min(self._workload["queries"], len(blocks))):
            words = blocks[place]["text"].split()
            asked = self._random.sample(words, min(len(words), self._random.randint(low, high)))
            questions.append((place, " ".join(asked)))
        return questions

    def queries(self, blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """The same questions, each with the user who said what is asked for."""
        return [(asked, blocks[place]["namespace"].rpartition("/")[0]) for place, asked in self.questions(blocks)]

    def _text(self, least: int, most: int) -> str:
        # Most turns are short: the mean of three draws' least.
        count = min(self._random.randint(least, most) for _ in range(2))
        if self._random.random() < self._workload["korean_share"]:
            nouns = (self._random.choice(KOREAN) + self._random.choice(PARTICLES) for _ in range(max(1, count // 2)))
            return " ".join([*nouns, self._random.choice(ENDINGS)]) + "."
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=count)).capitalize() + "."


def iso(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat()
