"""Values that have stopped somebody's platform, or ought to: each is put into every column of every source.

What a value should do is not said here: it may be taken in, or its row be set aside. It may never touch another row.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Poison:
    """A value with a name for the tests, and the kind of fault that docs/reliability.md counts it under."""

    name: str
    text: str
    kind: str


def _of(kind: str, **values: str) -> list[Poison]:
    return [Poison(name, text, kind) for name, text in values.items()]


POISON = [
    *_of(
        "control characters",
        nul="Ond\x00navn", nul_alone="\x00", bell="Ond\x07navn", escape="Ond\x1b[2Jnavn", delete="Ond\x7fnavn",
        unit_separator="Ond\x1fnavn", next_line="Ond\x85navn", vertical_tab="Ond\x0bnavn", form_feed="Ond\x0cnavn",
        tab="Ond\tnavn", line_break="Ond\nnavn", carriage_return="Ond\rnavn", both_breaks="Ond\r\nnavn",
    ),
    *_of(
        "odd Unicode",
        emoji="Ond 😀", family="Ond 👩\u200d👩\u200d👧\u200d👦", flag="Ond 🇩🇰", chinese="系统", arabic="نظام", hebrew="מערכת",
        thai="ระบบก็", zalgo="O" + "\u0335\u0321\u034e\u0300" * 20 + "nd", decomposed="Onde\u0301 a\u030angstro\u0308m",
        lone_mark="\u0301", enclosing="Ond\u20dd", byte_order_mark="\ufeffOnd", zero_width="On\u200bd", joiner="On\u200dd",
        soft_hyphen="On\u00add", override="\u202edno", isolates="\u2066Ond\u2069", private_use="Ond \uf0b7 navn",
        noncharacter="Ond \ufdd0", last_noncharacter="Ond \U0010ffff", replacement="Ond \ufffd",
        line_separator="Ond\u2028navn", paragraph_separator="Ond\u2029navn", mathematical="𝕆𝕟𝕕", fullwidth="Ｏｎｄ",
        dotless="ıİſK", sharp_s="STRAẞE straße", ligature="ﬁﬂﬀ", keycap="1\ufe0f\u20e3", tag="Ond\U000e0041",
    ),
    *_of(
        "blanks and empty",
        empty="", one_blank=" ", only_hard_blank="\u00a0", only_zero_width="\u200b", hard_blank="Ond\u00a0navn",
        thin="Ond\u2009navn", ideographic="Ond\u3000navn", many="Ond        navn", around="  Ond  ", mongolian="On\u180ed",
    ),
    *_of(
        "very long",
        long_260="O" * 260, long_5000="Ond " * 1250, one_word_40000="o" * 40_000, long_word="Donaudampfschiff" * 20,
    ),
    *_of(
        "placeholders",
        nil_uuid="00000000-0000-0000-0000-000000000000", max_uuid="ffffffff-ffff-ffff-ffff-ffffffffffff",
        zeros="00000000", ones="11111111", nines="99999999", unknown="ukendt", unknown_member="Ukendt", dash="-",
        na="N/A", null="NULL", none="None", nan="NaN", question="?", hash_="#N/A", dummy="xxx",
    ),
    *_of(
        "numbers",
        negative="-1", minus_zero="-0", decimal="1,5", point="1.5", thousands="1.234.567", exponent="1E5", hexadecimal="0x10",
        infinity="inf", beyond_32="4294967296", beyond_53="9007199254740993", beyond_64="18446744073709551616",
        beyond_128="9" * 45, largest="999999999", arabic_digits="٣٤٥", fullwidth_digits="１２３", plus="+5", blank="1 234",
        leading_zeros="0000000007", percent="12 %", less_than="<5", much_less_than="<99",
    ),
    *_of(
        "dates",
        first_day="0001-01-01", last_day="9999-12-31", year_zero="0000-00-00", no_such_day="2022-02-30",
        epoch="1970-01-01", excels_zero="1899-12-30", danish="31-12-2022", year_10000="10000-01-01", moment="2022-04-01T25:61:00Z",
        month_13="2022-13", infinite_date="infinity",
    ),
    *_of(
        "reserved names",
        con="CON", nul_device="nul.txt", aux="aux", lpt="LPT1", dots="..", dot=".", index="index", public="offentlig",
        up="../../../etc/passwd", slash="a/b\\c", drive="C:\\ond", proto="__proto__", constructor="constructor",
        kombit="KOMBIT", all_="alle", kommune="Kommune",
    ),
    *_of(
        "colliding names",
        nexus_blank="KMD Nexus", nexus_dash="KMD-Nexus", nexus_case="kmd NEXUS", nexus_wide="KMD  Nexus",
        nexus_dot="KMD.Nexus", nexus_cyrillic="КМD Nexus", alias_of_another="ESDH",
        mark_of_keys="Organisation|Bruger", mark_first="|", version="Ond v4",
        version_alone="v4", two_versions="Ond v1 v2",
    ),
    *_of(
        "injections",
        sql="'; drop table marts.dim_it_system; --", sql_quote='Ond"navn', sql_dollar="$$ond$$", html="<script>alert(5)</script>",
        html_entity="&#0;&lt;", attribute='" onmouseover="x', cdata="]]>", jinja="{{ 7*7 }}", jinja_block="{% raw %}",
        typst="#panic(\"ond\")", typst_math="$ond$", typst_label="<ond> @ond #[", formula="=HYPERLINK(\"http://x\")",
        formula_plus="+1+cmd|' /C calc'!A0", formula_at="@SUM(A1)", formula_minus="-2+3", sheet="[Bog]Ark!A1:*?/",
        yaml="!!python/object:x", json_="\"}]{", markdown="[x](javascript:alert(1))", shell="$(reboot) `id`",
        format_="%s%n{0}", header="Emne: x\r\nBcc: y", regex="(a+)+$", semicolons="a;b;;c", percent_="100%", backslash="\\",
        pivot="Kald i alt", curly="{", dollar="$kommune",
    ),
]  # fmt: skip
