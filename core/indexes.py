"""Indexes on tables that are large and in use."""

from __future__ import annotations

from typing import Any

from django.db.migrations import AddIndex


class AddIndexBeside(AddIndex):
    """AddIndex, on PostgreSQL while others write. Its migration says `atomic = False`.

    Running it again does no harm: an index that is there stays, one that an earlier try left unfinished is made again.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        connection, name = schema_editor.connection, self.index.name
        with connection.cursor() as cursor:
            if name in connection.introspection.get_constraints(cursor, model._meta.db_table):
                if connection.vendor != "postgresql" or _is_finished(cursor, name):
                    return
                cursor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(name)}")
        schema_editor.add_index(model, self.index, **_beside(connection))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, **_beside(schema_editor.connection))


def _beside(connection: Any) -> dict[str, bool]:
    return {"concurrently": True} if connection.vendor == "postgresql" else {}


def _is_finished(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
    found = cursor.fetchone()
    return bool(found and found[0])
