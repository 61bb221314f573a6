"""What each column type demands, as SQL: the one list of row rules.

A rule is a fault's code and the SQL condition that is true for a faulty value. The same list
judges a whole batch at once (is any value faulty?) and names the fault of a single row. The rules
of texts stand in :mod:`texts`.
"""

import re
from functools import cache

import duckdb

from expectations.findings import UNREAD_CELL, UNREAD_MARK, Code
from expectations.profiles import Column, Lists, Profile
from kdi.ingest import texts
from kdi.notation import names
from kdi.notation.periods import LOCAL_TIME_ZONE
from kdi.notation.sql import sql_text

_MOMENT_PATTERN = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)"
# A sum over more than this per row would leave 64 bits; such a value is a fault anyway.
_SUMMABLE = 10**15


def faults(column: Column, profile: Profile) -> list[tuple[Code, str]]:
    """``(code, condition)`` pairs for a text column in the spelling of :func:`read_as`; the first that holds counts.

    The conditions may use ``periode`` (the file's) beside the column itself.
    """
    c = column.name
    of_type = _faults_of_type(column, profile)
    if {".xlsx", ".json"} & set(profile.extensions):
        of_type = [(code, f"{c} = {sql_text(UNREAD_MARK + code)}") for code in UNREAD_CELL] + of_type
    if column.required:
        empty = f"coalesce({c}, '') = ''"
        if column.type in ("tekst", "snitflade"):  # nor is anything seen of it
            empty = f"({empty} or not regexp_matches({c}, '[0-9A-Za-z]') and {names.sql_shown(c)} = '')"
        return [("tomt_felt", empty), *of_type]
    return [(code, f"{c} is not null and ({condition})") for code, condition in of_type]


def _faults_of_type(column: Column, profile: Profile) -> list[tuple[Code, str]]:
    c = column.name
    match column.type:
        case "cvr":
            return [
                ("ugyldigt_cvr", f"not regexp_full_match({c}, '[0-9]{{8}}')"),
                # 99999999 and 12345678 are no numbers either, but disturb nobody; 0 is the key of the unknown member.
                ("pladsholder", f"{c} = '00000000'"),
            ]
        case "uuid":
            no_uuid: list[tuple[Code, str]] = [("ugyldig_uuid", f"try_cast({c} as uuid) is null")]
            return no_uuid if column.may_name_nobody else [*no_uuid, ("pladsholder", texts.is_nobodys_uuid(c))]
        case "kle_nummer":
            return [("ugyldigt_kle_nummer", f"not regexp_full_match({c}, '[0-9]{{2}}(\\.[0-9]{{2}}){{2}}')")]
        case "dato":
            return [("ugyldig_dato", f"{day(c, profile)} is null")]
        case "valg":
            allowed = "|".join(re.escape(v).replace("\\#", "[0-9]+") for v in column.values)
            return [("ukendt_vaerdi", f"not regexp_full_match({names.sql_shown(c)}, {sql_text(f'(?i)({allowed})')})")]
        case "maaned":
            return [
                ("ugyldig_maaned", f"not regexp_full_match({c}, '[0-9]{{4}}-(0[1-9]|1[0-2])')"),
                ("forkert_periode", f"{c} <> periode"),
            ]
        case "tidspunkt":
            return [
                ("ugyldigt_tidspunkt", f"not regexp_full_match({c}, '{_MOMENT_PATTERN}') or {instant(c)} is null"),
                ("ikke_hel_time", f"{instant(c)} <> date_trunc('hour', {instant(c)})"),
                ("forkert_periode", f"cast({local(c)} as date) <> cast(periode as date)"),
            ]
        case "antal" | "antal_maskeret":
            number: list[tuple[Code, str]] = [
                ("decimaltal", rf"regexp_full_match({c}, '[+-]?[0-9]*[.,][0-9]+|[+-]?[0-9.,]+[eE][+-]?[0-9]+')"),
                ("negativt_tal", f"regexp_full_match({c}, '-[0-9]+')"),
                ("ikke_et_tal", f"not regexp_full_match({c}, '[0-9]+')"),
                ("for_stort_tal", f"coalesce(try_cast({c} as hugeint), {_SUMMABLE}) > {profile.largest_count}"),
            ]
            if column.type == "antal_maskeret":
                number = [(code, f"not {masked(c)} and ({condition})") for code, condition in number]
            return number
        case "snitflade":
            return [("uklar_snitflade", names.sql_is_unclear_interface(c)), *texts.faults(c, column.required)]
        case _:
            return texts.faults(c, column.required)


def read_as(column: Column, profile: Profile) -> str:
    """How a delivered text is understood: without blanks around it, and in the one spelling that the rules know.

    Null for a text of blanks alone, and for the UUID of nobody where none is demanded; the nil UUID for it where it may
    stand.
    """
    c = texts.without_blanks_around(column.name)
    match column.type:
        case "cvr":
            # Eight digits, in pairs or with the decimals of a spreadsheet.
            c = rf"regexp_replace({c}, '^([0-9]{{2}}) ([0-9]{{2}}) ([0-9]{{2}}) ([0-9]{{2}})$', '\1\2\3\4')"
            c = rf"regexp_replace({c}, '^([0-9]{{8}})[.,]0$', '\1')"
        case "uuid":
            c = f"regexp_replace({c}, '(?i)^urn:uuid:', '')"
            if column.may_name_nobody:
                c = f"case when {texts.is_nobodys_uuid(c)} then '{texts.NIL_UUID}' else {c} end"
            elif not column.required:
                c = f"case when not {texts.is_nobodys_uuid(c)} then {c} end"
        case "maaned":
            first = f"strftime({day(c, profile)}, '%Y-%m-%d')"
            c = (
                rf"case when {first} like '%-01' then left({first}, 7)"
                rf" else regexp_replace({c}, '^(\d{{4}})(\d{{2}})$', '\1-\2') end"
            )
        case "antal" | "antal_maskeret":
            # 3.0 is 3. But 3.000 may be three thousand.
            c = rf"regexp_replace({c}, '^([0-9]+)[.,](0{{1,2}}|0{{4,}})$', '\1')"
    return f"nullif({c}, '')"


def instant(column: str) -> str:
    """A text column as an instant; null when it is none. DuckDB wants the seconds that ISO 8601 lets one leave out."""
    return rf"try_cast(regexp_replace({column}, '^([0-9-]{{10}}[T ]\d{{2}}:\d{{2}})([Z+-])', '\1:00\2') as timestamptz)"


def local(column: str) -> str:
    """A text column as Danish wall-clock time."""
    return f"timezone('{LOCAL_TIME_ZONE}', {instant(column)})"


def day(column: str, profile: Profile) -> str:
    """A text column as a date: ISO 8601, with or without a time, or as the profile says."""
    agreed = f"cast(try_strptime({column}, {sql_text(profile.format.date_format)}) as date)"
    # %Y takes 22 for the year 22.
    agreed = f"case when year({agreed}) >= 1000 then {agreed} end"
    clock = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
    iso = f"regexp_extract({column}, '^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})({clock})?$', 1)"
    return f"coalesce(try_cast({iso} as date), {agreed})"


def masked(column: str) -> str:
    """Whether a count was masked at the source (``<5``)."""
    return f"regexp_full_match({column}, '<\\s*[0-9]{{1,2}}')"


def summable(column: str) -> str:
    """A text count as an integer for control totals; 0 when it is none."""
    number = f"try_cast(regexp_extract({column}, '^-?[0-9]{{1,16}}$') as bigint)"
    return f"case when abs({number}) <= {_SUMMABLE} then {number} else 0 end"


def is_plain(column: Column, profile: Profile) -> str:
    """Whether a raw value is faultless *and* already in canonical form, so it needs no second look."""
    c = column.name
    if column.type == "uuid":
        spelling = f"regexp_full_match({c}, '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}')"
        return f"({spelling} and not {texts.is_nobodys_uuid(c)})"
    sound = " and ".join(f"not coalesce({condition}, false)" for _, condition in faults(column, profile))
    plain = f"{c} is not null and {c} = {read_as(column, profile)} and {sound}"
    if column.type == "snitflade":
        plain += f" and {names.sql_interface(c)} = {c}"
    if column.type in ("tekst", "snitflade", "valg", "ord"):
        plain += f" and {names.sql_is_shown(c)}"
    return f"({plain})" if column.required else f"({c} is null or ({plain}))"


def canonical(column: Column, profile: Profile) -> str:
    """The value stored in the lake for a sound text value."""
    match column.type:
        case "uuid":
            return f"cast(try_cast({column.name} as uuid) as varchar)"
        case "dato":
            return day(column.name, profile)
        case "snitflade":
            return f"nullif({names.sql_interface(column.name)}, '')"
        case "tekst" | "valg" | "ord":
            return f"nullif({names.sql_shown(column.name)}, '')"
        case _:
            return column.name


def spelled(text: str) -> str:
    """A wording as it is compared: case, blanks, invisible characters, pictograms, a number before it and a stop after
    it make no difference; other numbers are ``#``.
    """
    visible = rf"regexp_replace(lower({names.sql_shown(text)}), '[\p{{Cf}}\p{{Mn}}\p{{Me}}]', '', 'g')"
    plain = rf"trim(regexp_replace({visible}, '[^\p{{L}}\p{{N}}\p{{P}}]+', ' ', 'g'))"
    unnumbered = rf"regexp_replace({plain}, '^[0-9]+\s*[.):–-]?\s*', '')"
    return rf"trim(regexp_replace(regexp_replace({unnumbered}, '[0-9]+', '#', 'g'), '[.:;,!\s]+$', ''))"


@cache
def spellings(vocabulary: Lists) -> dict[str, str]:
    """The known words of a vocabulary and how each is compared.

    They are rows of one statement: written into it, each would be planned by itself.
    """
    words = [word for _, of_code in vocabulary for word in of_code]
    with duckdb.connect() as engine:
        compared = engine.execute(f"select {spelled('word')} from (select unnest(?::varchar[]) as word)", [words])
        return dict(zip(words, (spelling for (spelling,) in compared.fetchall()), strict=True))


def code_of(column: Column) -> str:
    """The code of a wording by the column's vocabulary; null for one that nobody knows."""
    known = spellings(column.words)
    cases = [
        f"when spelling in ({', '.join(sql_text(known[word]) for word in words)}) then {sql_text(code)}"
        for code, words in column.words
    ]
    return f"(select case {' '.join(cases)} end from (select {spelled(column.name)} as spelling))"


def counting_code(column: Column, profile: Profile) -> str:
    """The code of a wording where it counts: null beside what it says nothing of."""
    by_name = {c.name: c for c in profile.columns}
    allowed = [
        f"{code_of(by_name[name])} in ({', '.join(sql_text(code) for code in codes)})" for name, codes in column.beside
    ]
    return f"case when {' and '.join(allowed)} then {code_of(column)} end" if allowed else code_of(column)
