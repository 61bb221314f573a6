"""DuckDB's SQL, in which the dbt project is written, as Spark's.

sqlglot knows most of the way. Here stands only what it does not know, each with the reason why the
two engines would else give different cells. A load on DuckDB never comes here.
"""

from collections.abc import Callable

import sqlglot
from sqlglot import exp

# Spark 4 reads what Databricks reads; under this name sqlglot keeps QUALIFY and FILTER.
_DIALECT = "databricks"
# The function of the session that stands in for DuckDB's jaro_winkler_similarity.
SIMILARITY = "kdi_lighed"


def to_spark(sql: str) -> str:
    """The same query in Spark's SQL.

    Args:
        sql: one query as DuckDB reads it.

    Raises:
        sqlglot.errors.SqlglotError: it is not DuckDB's SQL, or says what Spark has no word for.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    for window in list(tree.find_all(exp.Window)):
        _spell_out(window)
    for select in list(tree.find_all(exp.Select)):
        _replace_in_star(select)
    for median in list(tree.find_all(exp.Median)):
        _median(median)
    for texts in list(tree.find_all(exp.GroupConcat)):
        _each_once(texts)
    _translate(tree)
    return tree.sql(_DIALECT, unsupported_level=sqlglot.ErrorLevel.RAISE, comments=False)


def _translate(node: exp.Expr) -> None:
    """Apply the rules to a tree, from its leaves to its root; the root, a query, has none."""
    for child in list(node.iter_expressions()):
        _translate(child)
    rule = _RULES.get(type(node))
    if rule:
        new = rule(node)
        if new is not node:
            node.replace(new)


def _median(node: exp.Expr) -> None:
    """Half the sum of the two middle values, as DuckDB has it; Spark's own median differs in the last digit."""
    whole = node
    while isinstance(whole.parent, exp.Filter | exp.Window) and whole.parent.this is whole:
        whole = whole.parent
    middle = []
    for descending in (False, True):
        copy = whole.copy()
        inner = copy.find(exp.Median)
        assert inner is not None
        order = exp.Order(
            expressions=[exp.Ordered(this=inner.this.copy(), desc=descending, nulls_first=not descending)]
        )
        place = exp.Anonymous(this="percentile_disc", expressions=[exp.Literal.number("0.5")])
        ranked = exp.WithinGroup(this=place, expression=order)
        if inner is copy:
            copy = ranked
        else:
            inner.replace(ranked)
        middle.append(exp.cast(copy, "double"))
    total = exp.paren(exp.Add(this=middle[0], expression=middle[1]))
    whole.replace(exp.paren(exp.Mul(this=total, expression=exp.Literal.number("0.5"))))


def _each_once(node: exp.Expr) -> None:
    """``string_agg(distinct x, ', ' order by x)``: beside another sum Spark 4.3 cannot plan its own word for it."""
    order, separator = node.this, node.args["separator"]
    if not (isinstance(order, exp.Order) and isinstance(order.this, exp.Distinct)):
        return
    (text,), (by,) = order.this.expressions, order.expressions
    if by.this != text or by.args.get("desc"):
        raise sqlglot.errors.UnsupportedError(f"{node.sql()}: each text once is in the order of the texts.")
    whole = node.parent if isinstance(node.parent, exp.Filter) else node
    found: exp.Expr = exp.func("collect_set", text)
    if isinstance(whole, exp.Filter):
        found = exp.Filter(this=found, expression=whole.expression)
    joined = exp.func("array_join", exp.func("sort_array", found), separator)
    whole.replace(exp.func("nullif", joined, exp.Literal.string("")))


def _spell_out(window: exp.Window) -> None:
    """``over (name order by …)``: in Spark no window builds on another."""
    base, select = window.args.get("alias"), window.find_ancestor(exp.Select)
    if not (base and select and window.args.get("order")):
        return
    for named in select.args.get("windows") or []:
        if named.name.lower() == base.name.lower():
            window.set("alias", None)
            window.set("partition_by", [e.copy() for e in named.args.get("partition_by") or []])


def _replace_in_star(select: exp.Select) -> None:
    """``* replace (e as c)`` is ``* except (c), e as c``, also of one table."""
    stars = [e.this if isinstance(e, exp.Column) else e for e in select.expressions]
    for star in [e for e in stars if isinstance(e, exp.Star) and e.args.get("replace")]:
        replaced = star.args["replace"]
        star.set("replace", None)
        star.set("except_", [exp.to_identifier(e.alias) for e in replaced])
        select.set("expressions", [*select.expressions, *replaced])


def _division(node: exp.Expr) -> exp.Expr:
    """DuckDB divides as floating point whatever it divides; Spark makes decimals of decimals."""
    for side in ("this", "expression"):
        node.set(side, exp.cast(exp.paren(node.args[side], copy=False), "double"))
    return node


def _round(node: exp.Expr) -> exp.Expr:
    """DuckDB scales, rounds and scales back; Spark rounds the shortest decimal text of the number."""
    digits = node.args.get("decimals")
    if digits is None or digits.name == "0":
        return node
    scale = exp.Literal.number(f"1e{int(digits.name)}")
    scaled = exp.Mul(this=exp.paren(node.this), expression=scale)
    return exp.Div(this=exp.Round(this=scaled), expression=scale.copy())


def _element(node: exp.Expr) -> exp.Expr:
    """An element that is not there is NULL in DuckDB and an error in Spark."""
    (index,) = node.expressions
    return exp.func("get", node.this, index)


def _largest_by(node: exp.Expr) -> exp.Expr:
    """DuckDB's arg_max and arg_min pass over rows whose value is NULL."""
    if isinstance(node.parent, exp.Filter):
        return node
    known = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.null()))
    return exp.Filter(this=node.copy(), expression=exp.Where(this=known))


def _pattern(node: exp.Expr) -> exp.Expr:
    r"""Blanks as RE2 counts them, ``$`` only at the very end, and ``\1`` as Java spells it."""
    text = node.expression.name.replace(r"\s", r"[\t\n\f\r ]")
    node.set("expression", exp.Literal.string(text[:-1] + r"\z" if text.endswith("$") else text))
    if isinstance(node, exp.RegexpReplace):
        node.set("replacement", exp.Literal.string(node.args["replacement"].name.replace("\\", "$")))
        everywhere = "g" in (node.args["modifiers"].name if node.args.get("modifiers") else "")
        if not (everywhere or text.startswith("^") or text.endswith("$")):
            raise sqlglot.errors.UnsupportedError(f"{text}: Spark replaces everywhere, DuckDB without 'g' once.")
        node.set("modifiers", None)
        node.set("single_replace", None)
    return node


def _series(node: exp.Expr) -> exp.Expr:
    """``from generate_series(…) as t (c)``; Spark numbers its series elsewhere."""
    series, alias = node.this, node.args.get("alias")
    if not (isinstance(series, exp.GenerateSeries) and alias):
        return node
    return exp.select(exp.alias_(exp.Explode(this=series), alias.columns[0].name)).subquery(alias.name)


def _extract(node: exp.Expr) -> exp.Expr:
    if node.name.lower() == "isodow":
        node.set("this", exp.var("dow_iso"))
    return node


def _interval(node: exp.Expr) -> exp.Expr:
    """``interval (-12) month``: Spark wants a literal, without parentheses."""
    amount = node.this.unnest()
    if isinstance(amount, exp.Neg) and isinstance(amount.this, exp.Literal):
        amount = exp.Literal.string(f"-{amount.this.name}")
    if not isinstance(amount, exp.Literal):
        raise sqlglot.errors.UnsupportedError(f"{node.sql()}: an interval of a column has another word in Spark.")
    node.set("this", amount)
    return node


def _function(node: exp.Expr) -> exp.Expr:
    if node.name.lower() == "to_hours":
        return exp.func("make_dt_interval", exp.Literal.number(0), *node.expressions)
    if node.name.lower() == "hash":  # only compared with others of the same engine
        alone = len(node.expressions) == 1  # a column may be named as its table is
        return exp.func("xxhash64", *(_row(e) if alone and _is_row(e) else e for e in node.expressions))
    return node


def _is_row(node: exp.Expr) -> bool:
    """Whether this names a table of its query, as DuckDB lets a whole row be named."""
    select = node.find_ancestor(exp.Select)
    tables = select.find_all(exp.Table, exp.Subquery, exp.Values) if select else ()
    return isinstance(node, exp.Column) and not node.table and node.name in {t.alias_or_name for t in tables}


def _row(node: exp.Expr) -> exp.Expr:
    return exp.Column(this=exp.Star(), table=exp.to_identifier(node.name))


def _type(node: exp.Expr) -> exp.Expr:
    return exp.DataType.build("decimal(38, 0)") if node.is_type("hugeint", "int128") else node


def _similarity(node: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=SIMILARITY, expressions=[node.this, node.expression])


def _union(node: exp.Expr) -> exp.Expr:
    if node.args.get("by_name"):
        raise sqlglot.errors.UnsupportedError("union by name: Spark's SQL has no word for it.")
    return node


def _cte(node: exp.Expr) -> exp.Expr:
    node.set("materialized", None)
    return node


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _division,
    exp.Round: _round,
    exp.Bracket: _element,
    exp.ArgMax: _largest_by,
    exp.ArgMin: _largest_by,
    exp.RegexpReplace: _pattern,
    exp.RegexpExtract: _pattern,
    exp.RegexpExtractAll: _pattern,
    exp.Table: _series,
    exp.Extract: _extract,
    exp.Interval: _interval,
    exp.Anonymous: _function,
    exp.DataType: _type,
    exp.JarowinklerSimilarity: _similarity,
    exp.CTE: _cte,
    exp.Union: _union,
}
