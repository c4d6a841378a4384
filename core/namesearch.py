"""Finding people and things by a part of their name, or the end of a phone number, by index, among millions of rows.

Both databases index trigrams, and Chinese names have two or three signs; so every sign beyond ASCII is indexed twice
over ("王小明" as "王王小小明明"), which makes any two of them in a row a trigram. One sign alone is looked for where
names begin, two ASCII ones where words do. (Doubling those too would find them anywhere, at twice as many trigrams of
which each says less: the search of a whole English name took three times as long among a million.)

PostgreSQL: a GIN index over the merchant and the name so written (extensions pg_trgm and btree_gin), and a B-tree over
the merchant and the phone's digits backwards. SQLite: an FTS5 table of such names that triggers keep up, and an index
over the phone's last four digits and the merchant. The table's rows go with theirs, and what is deleted is overwritten
(secure-delete): an erased buyer leaves no trace in it. Migrations that rebuild a table drop its triggers and that index
on SQLite, so `ensure` runs after every `migrate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL

FEW = 200  # ids that are handed to the database again
_HEAD, _TAIL = 5, 4  # signs of a long text by which SQLite looks for it
SHORTEST_END = 4  # digits: fewer are no end of a phone number
_LAST = "\U0010ffff"
_MARK = "\x02"  # stands twice where a name begins, and in no name
_BEGIN_WORDS = (" ", "-", "/", "(")
_SIGNS = " -()+./"
Select = tuple[str, list[Any]]


@dataclass(frozen=True)
class NameSearch:
    """The search over a tenant's table with a name and, where there is one, a phone column."""

    table: str
    name: str
    phone: str = ""

    @property
    def fts(self) -> str:
        return f"{self.table}_names" if self.phone else f"{self.table}_{self.name}_parts"

    def by_name(self, words: str, merchant: int, vendor: str) -> Select:
        """A SELECT of the ids of rows with `words` in their name; what is too short for it, as the module says."""
        text = words.lower()
        written = "".join(sign if sign.isascii() else sign * 2 for sign in text)
        at_words = len(text) == 2 == len(written)
        is_long = text.isascii() and len(text) > _HEAD + _TAIL
        if vendor == "postgresql":
            gap = text.find(" ", 3)
            if is_long and 0 < gap < len(text) - 3:
                # A whole name has a dozen trigrams: those about the gap find few, and the rest is looked at there.
                sql, params = self._like([f"%{_literal(text[gap - 3 : gap + 4])}%"], merchant)
                return f"{sql} AND ({self._written_pg} || '') LIKE %s", [*params, f"%{_literal(text)}%"]
            like = _literal(written)
            patterns = [f"{like}%" if len(text) == 1 or at_words else f"%{like}%"]
            return self._like([*patterns, *(f"%{before}{like}%" for before in _BEGIN_WORDS if at_words)], merchant)
        if len(text) == 1:
            return self._match([_MARK * (3 - len(written)) + written], merchant)
        if at_words:
            return self._match([before + written for before in (_MARK, *_BEGIN_WORDS)], merchant)
        if is_long:
            # A list of where each trigram is must be read to its end: few of them, and a look at what they find.
            head, also = _pieces(text)
            sql, params = self._match([head], merchant, also=also)
            return f"{sql} AND instr(lower(found.{self.name}), %s) > 0", [*params, text]
        return self._match([written], merchant)

    def by_phone_end(self, digits: str, merchant: int, vendor: str) -> Select:
        """A SELECT of the ids of rows whose phone number, signs between the digits aside, ends with `digits`."""
        if vendor == "postgresql":
            sql = f"SELECT id FROM {self.table} WHERE merchant_id = %s AND {self._backwards_pg} LIKE %s"  # noqa: S608
            return sql, [merchant, f"{digits[::-1]}%"]
        bare = self._bare_phone
        sql = (
            f"SELECT id FROM {self.table} WHERE merchant_id = %s AND substr({bare}, -{SHORTEST_END}) = %s"  # noqa: S608
            f" AND substr({bare}, -{len(digits)}) = %s"
        )
        return sql, [merchant, digits[-SHORTEST_END:], digits]

    def _like(self, patterns: list[str], merchant: int) -> Select:
        found = " OR ".join([f"{self._written_pg} LIKE %s"] * len(patterns))
        return f"SELECT id FROM {self.table} WHERE merchant_id = %s AND ({found})", [merchant, *patterns]  # noqa: S608

    def _match(self, texts: list[str], merchant: int, also: str = "") -> Select:
        phrases = " OR ".join('"{}"'.format(text.replace('"', '""')) for text in texts)
        if also:
            phrases = '({}) AND "{}"'.format(phrases, also.replace('"', '""'))
        sql = (
            f"SELECT found.id FROM {self.fts} CROSS JOIN {self.table} found ON found.id = {self.fts}.rowid"  # noqa: S608
            f" WHERE {self.fts} MATCH %s AND found.merchant_id = %s"
        )
        return sql, [phrases, merchant]

    @property
    def _written_pg(self) -> str:
        return rf"regexp_replace(lower({self.name}), '([^\u0001-\u007f])', '\1\1', 'g')"

    @property
    def _backwards_pg(self) -> str:
        return rf"reverse(regexp_replace({self.phone}, '\D', '', 'g'))"

    def indexes_for_postgresql(self) -> dict[str, str]:
        """Name and definition of the indexes, without CREATE INDEX."""
        parts = f"ON {self.table} USING gin (merchant_id, ({self._written_pg}) gin_trgm_ops)"
        if not self.phone:
            return {f"{self.table}_{self.name}_part": parts}
        ends = f"ON {self.table} (merchant_id, ({self._backwards_pg}) text_pattern_ops)"
        return {f"{self.table}_name_part": parts, f"{self.table}_phone_end": ends}

    def ensure(self, connection: Any) -> None:
        """On SQLite: the index of phones where it is missing; the table and its triggers where they are missing or of
        another make, and then it is filled anew.
        """
        if connection.vendor != "sqlite":
            return
        wanted = self._triggers()
        if self.phone:
            with connection.cursor() as cursor:
                # Digits first: with the merchant first, lists of all rows take it where nothing was analysed since.
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {self.table}_phone_end"
                    f" ON {self.table} (substr({self._bare_phone}, -{SHORTEST_END}), merchant_id)"
                )
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE name = %s OR name LIKE %s", [self.fts, f"{self.fts}_on%"]
            )
            there = dict(cursor.fetchall())
            if there.pop(self.fts, None) is not None and there == wanted:
                return
        with transaction.atomic(using=connection.alias):  # broken off in the middle it is begun anew, not taken as done
            with connection.cursor() as cursor:
                for name in there:
                    cursor.execute(f"DROP TRIGGER {name}")
                for sql in wanted.values():
                    cursor.execute(sql)
            self.fill(connection)

    def fill(self, connection: Any) -> None:
        """On SQLite: write the search anew from the rows. PostgreSQL's indexes need none."""
        if connection.vendor != "sqlite":
            return
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.fts}")  # to delete a million rows takes many minutes
            cursor.execute(f"CREATE VIRTUAL TABLE {self.fts} USING fts5(name, tokenize='trigram')")
            cursor.execute(f"INSERT INTO {self.fts}({self.fts}, rank) VALUES ('secure-delete', 1)")  # noqa: S608
            cursor.execute(
                f"INSERT INTO {self.fts}(rowid, name) SELECT id, {self._written('r')} FROM {self.table} r"  # noqa: S608
            )

    def remove(self, connection: Any) -> None:
        """On SQLite: take table and triggers away."""
        if connection.vendor != "sqlite":
            return
        with connection.cursor() as cursor:
            for name in self._triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"DROP TABLE IF EXISTS {self.fts}")
            cursor.execute(f"DROP INDEX IF EXISTS {self.table}_phone_end")

    def _written(self, row: str) -> str:
        """The name with every sign beyond ASCII twice, after marks of where it begins."""
        name = f"{row}.{self.name}"
        return (
            f"char({ord(_MARK)}, {ord(_MARK)}) || CASE WHEN {name} NOT GLOB '*[^ -~]*' THEN {name} ELSE"  # noqa: S608
            " (SELECT group_concat(CASE WHEN unicode(sign) > 127 THEN sign || sign ELSE sign END, '')"
            " FROM (WITH RECURSIVE place(n) AS"
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < length({name}))"
            f" SELECT substr({name}, n, 1) AS sign FROM place ORDER BY n)) END"
        )

    @property
    def _bare_phone(self) -> str:
        bare = self.phone
        for sign in _SIGNS:
            bare = f"replace({bare}, '{sign}', '')"
        return bare

    def _triggers(self) -> dict[str, str]:
        put = f"INSERT INTO {self.fts}(rowid, name) VALUES (new.id, {self._written('new')});"  # noqa: S608
        gone = f"DELETE FROM {self.fts} WHERE rowid = old.id;"  # noqa: S608
        made = {
            "on_insert": f"AFTER INSERT ON {self.table} BEGIN {put} END",
            "on_delete": f"AFTER DELETE ON {self.table} BEGIN {gone} END",
            "on_update": f"AFTER UPDATE OF {self.name} ON {self.table} WHEN new.{self.name} IS NOT old.{self.name}"
            f" BEGIN {gone} {put} END",
        }
        return {f"{self.fts}_{what}": f"CREATE TRIGGER {self.fts}_{what} {sql}" for what, sql in made.items()}


def _literal(text: str) -> str:
    """The text as a pattern of LIKE that fits nothing but it."""
    return re.sub(r"([%_\\])", r"\\\1", text)


def _pieces(text: str) -> tuple[str, str]:
    """Two pieces of a long text that few names have both of: how it begins, and where its second word does. A trigram
    across two words is much rarer than one within a word.
    """
    gap = text.find(" ", 1)
    if 0 < gap < len(text) - 2:
        return text[:3], text[gap - 1 : gap + 3]
    return text[:_HEAD], text[-_TAIL:]


def by_beginning(table: str, column: str, words: str, merchant: int, vendor: str) -> Select:
    """A SELECT of the ids of rows whose column begins with `words`, in capitals or small letters.

    After the merchant, PostgreSQL has an index over the column in capitals, SQLite one over the column COLLATE NOCASE.
    """
    if vendor == "postgresql":
        sql = f"SELECT id FROM {table} WHERE merchant_id = %s AND upper({column}) LIKE %s"  # noqa: S608
        return sql, [merchant, f"{_literal(words.upper())}%"]
    bare = f"{column} COLLATE NOCASE"
    sql = f"SELECT id FROM {table} WHERE merchant_id = %s AND {bare} >= %s AND {bare} < %s"  # noqa: S608
    return sql, [merchant, words, f"{words}{_LAST}"]


class Either(Func):
    """A condition: the row's id is among those that any of the SELECTs finds.

    PostgreSQL finds them first and then fetches their rows by key (an array of them leaves it no other way). Left to
    join them it may read the whole shop instead, where it takes them for many.
    """

    output_field = BooleanField()
    conditional = True
    template = "%(expressions)s"
    arg_joiner = " IN "

    def __init__(self, parts: list[Select]) -> None:
        self.sql = " UNION ALL ".join(sql for sql, _ in parts)
        self.values = [value for _, given in parts for value in given]
        super().__init__(F("pk"), RawSQL(self.sql, self.values))  # noqa: S611 - parameters

    def few(self) -> set[int] | None:
        """The ids themselves where they are few, None where they are many: one query now, so that a page that asks for
        the rows, and for how many there are in each of its tabs, looks for them once.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({self.sql}) ids LIMIT {FEW + 1}", self.values)  # noqa: S608 - parameters
            ids = {pk for (pk,) in cursor.fetchall()}
        return ids if len(ids) <= FEW else None

    def read(self) -> Q | Either:
        """The condition with the ids in place of the search, where they are few."""
        ids = self.few()
        return self if ids is None else Q(pk__in=ids)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY", **context)


def phone_digits(words: str) -> str:
    """The digits of what may be the end of a phone number; "" for anything else."""
    bare = re.sub(r"[\s()+./-]", "", words)
    return bare if bare.isascii() and bare.isdigit() and len(bare) >= SHORTEST_END else ""


def create_concurrently(connection: Any, indexes: dict[str, str]) -> None:
    """Make the indexes on PostgreSQL while others write; one that an earlier try left unfinished is made again."""
    with connection.cursor() as cursor:
        for name, definition in indexes.items():
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            found = cursor.fetchone()
            if found and found[0]:
                continue
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {name} {definition}")


def drop_concurrently(connection: Any, indexes: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name in indexes:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
