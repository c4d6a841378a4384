"""manage.py market_share: forecast the market shares of a file and say how good such forecasts have been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.engine.share.information import Information
from analytics.engine.share.markets import forecast_markets
from analytics.engine.share.panel import Note
from analytics.engine.share.tally import ShareScore, score
from analytics.market_files import MEASURES, MarketFile, UnreadableFile, forecast_rows, read_markets, write_forecasts

SHOWN_ROWS = 20


class Command(BaseCommand):
    help = (
        "Forecasts market shares from a CSV file (plain or gzip) with the columns market, period, player, units and "
        "any drivers (price, promo, …), at each of the last origins, and scores them. Touches no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--horizon", type=int, default=8, help="periods ahead (8)")
        parser.add_argument("--origins", type=int, default=20, help="how many last periods to forecast from (20)")
        parser.add_argument(
            "--information",
            choices=list(Information),
            default=Information.ALL.value,
            help="whose prices and promotions ahead are known: nobody's, each player's own, everybody's (all)",
        )
        parser.add_argument("--measure", choices=MEASURES, default="units", help="what is shared out (units)")
        parser.add_argument("--no-boosting", action="store_true", help="leave the gradient-boosted challenger out")
        parser.add_argument("--out", type=Path, required=True, help="folder for forecasts.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["horizon"] < 1 or options["origins"] < 1:
            raise CommandError("--horizon and --origins must be at least 1.")
        try:
            found = read_markets(options["file"], options["measure"])
        except UnreadableFile as wrong:
            raise CommandError(str(wrong)) from wrong
        self.say_what_was_refused(found)
        if not found.panels:
            raise CommandError("The file holds no market that can be forecast.")
        scores: dict[str, ShareScore] = {}
        information = Information(options["information"])
        out: Path = options["out"]
        out.mkdir(parents=True, exist_ok=True)

        def rows() -> Iterator[tuple[str, ...]]:
            for market, made in forecast_markets(
                found.panels,
                options["horizon"],
                options["origins"],
                information,
                is_challenged=not options["no_boosting"],
            ):
                panel = found.panels[market]
                if not made:
                    self.stderr.write(f"{market}: {Note('too_short', count=panel.known).message}")
                    continue
                for note in panel.silent(made[-1].origin):
                    self.stderr.write(f"{market}: {note.message}")
                scores[market] = score(panel, made)
                yield from forecast_rows(market, panel, made)

        written = write_forecasts(out / "forecasts.csv", rows())
        self.stdout.write(f"{written} rows in {out / 'forecasts.csv'}")
        self.stdout.write(score_table(scores))

    def say_what_was_refused(self, found: MarketFile) -> None:
        for bad in found.bad_rows[:SHOWN_ROWS]:
            self.stderr.write(str(bad))
        if len(found.bad_rows) > SHOWN_ROWS:
            self.stderr.write(f"… and {len(found.bad_rows) - SHOWN_ROWS} more rows.")
        if found.bad_rows:
            self.stderr.write(f"{len(found.bad_rows)} of {found.rows} rows were refused; the others are used.")
        for name in found.left_out:
            self.stderr.write(f"{name} holds words, not numbers, and is left out.")
        for market, refusal in found.refused.items():
            self.stderr.write(f"{market}: {refusal}")
        for market, panel in found.panels.items():
            for note in panel.notes:
                self.stderr.write(f"{market}: {note.message}")


def score_table(scores: dict[str, ShareScore]) -> str:
    """One line per market: errors in percentage points, ratios, how often the bands held."""
    head = ("market", "error", "naive", "mean", "best simple", "/ naive", "/ mean", "/ best", "80 %", "95 %", "CRPS /")
    lines = [head]
    for market, one in scores.items():
        simple = (one.naive, one.simple["mean"], one.best_simple)
        points = (f"{100 * value:.2f}" for value in (one.error, *simple))
        ratios = (f"{one.error / value:.3f}" if value > 0 else "-" for value in simple)
        bands = (f"{100 * one.cover_80:.1f}", f"{100 * one.cover_95:.1f}", f"{one.crps_ratio:.3f}")
        lines.append((market, *points, *ratios, *bands))
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    text = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([*text, f"{len(scores)} markets; errors in percentage points of share, over what has come due."])
