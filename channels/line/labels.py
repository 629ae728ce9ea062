"""What stands on LINE's buttons, in the citizen's language; else in English."""

from collections.abc import Mapping
from typing import Final

_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "call": {
        "ja": "電話する",
        "easy": "電話（でんわ）する",
        "en": "Call",
        "zh": "拨打电话",
        "ko": "전화하기",
    },
    "more": {
        "ja": "つづきを読む",
        "easy": "つづきを読む",
        "en": "Read more",
        "zh": "阅读全文",
        "ko": "더 읽기",
    },
    "page": {
        "ja": "ページで見る",
        "easy": "ページで見る",
        "en": "Open page",
        "zh": "打开网页",
        "ko": "페이지 보기",
    },
    "page-in-japanese": {
        "ja": "日本語のページ",
        "en": "Page in Japanese",
        "zh": "日语网页",
        "ko": "일본어 페이지",
    },
    "solved": {
        "ja": "解決した",
        "easy": "わかった",
        "en": "Solved",
        "zh": "已解决",
        "ko": "해결됨",
    },
    "unsolved": {
        "ja": "解決しなかった",
        "easy": "わからなかった",
        "en": "Not solved",
        "zh": "未解决",
        "ko": "해결 안 됨",
    },
    "none": {
        "ja": "どれでもない",
        "easy": "どれでもない",
        "en": "None of these",
        "zh": "都不是",
        "ko": "해당 없음",
    },
    "topics": {
        "ja": "話題から探す",
        "easy": "話題（わだい）から探す",
        "en": "Browse topics",
        "zh": "按主题查找",
        "ko": "주제로 찾기",
    },
    "next": {"ja": "次の質問を見る", "en": "Next", "zh": "下一页", "ko": "다음"},
    "help": {"ja": "使い方", "en": "How to use", "zh": "使用方法", "ko": "사용 방법"},
    "text-only": {
        "ja": "文字だけで読む",
        "en": "Text only",
        "zh": "仅显示文字",
        "ko": "글자만 보기",
    },
    "contact": {
        "ja": "お問い合わせ先",
        "easy": "聞く（きく）ところ",
        "en": "Contact",
        "zh": "咨询窗口",
        "ko": "문의처",
    },
    "hours": {
        "ja": "受付時間",
        "easy": "受付時間（うけつけじかん）",
        "en": "Hours",
        "zh": "受理时间",
        "ko": "접수 시간",
    },
    "owner": {"ja": "担当", "en": "Office in charge", "zh": "负责部门", "ko": "담당"},
    "reviewed": {"ja": "確認日", "en": "Reviewed", "zh": "确认日期", "ko": "확인일"},
}


def label(name: str, language: str = "ja") -> str:
    """Return a label in a language, else in English, of やさしい日本語 in Japanese."""
    known = _LABELS[name]
    return known.get(language) or known["ja" if language == "easy" else "en"]
