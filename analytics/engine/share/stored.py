"""A market's state as bytes and back, for what-ifs without fitting anything. Arrays only, no pickle."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np

from analytics.engine.protocol import Array
from analytics.engine.share.attraction import Slopes
from analytics.engine.share.candidates import Fitted, Scale
from analytics.engine.share.state import DrawnModel, MarketState

EMPTY = np.zeros(0)


def to_bytes(state: MarketState) -> bytes:
    """The state without what only fitting needs, in single precision."""
    arrays: dict[str, Array] = {
        "selling": state.selling.astype(float),
        "deviations": state.deviations,
        "history": state.history,
    }
    for number, drawn in enumerate(state.models):
        model, scale = drawn.model, drawn.model.scale
        arrays |= {
            f"{number}.{name}": value
            for name, value in (
                ("coefficients", drawn.coefficients),
                ("carried", drawn.carried),
                ("centre", scale.centre),
                ("spread", scale.spread),
                ("low", scale.low),
                ("high", scale.high),
                ("last_drivers", model.last_drivers),
            )
        }
    about = {
        "players": state.players,
        "names": state.names,
        "lagged": [drawn.model.is_lagged for drawn in state.models],
    }
    stream = io.BytesIO()
    small = {name: value.astype(np.float32) for name, value in arrays.items()}
    np.savez_compressed(stream, about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8), **small)  # type: ignore[arg-type]
    return stream.getvalue()


def from_bytes(data: bytes) -> MarketState:
    """The state that `to_bytes` wrote. It answers what-ifs; its models cannot be looked into any more."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        about = json.loads(kept["about"].tobytes())

        def wide(name: str) -> Array:
            return np.asarray(kept[name], dtype=float)

        return MarketState(
            players=tuple(about["players"]),
            names=tuple(about["names"]),
            selling=wide("selling").astype(np.intp),
            models=tuple(_model(number, lagged, wide) for number, lagged in enumerate(about["lagged"])),
            deviations=wide("deviations"),
            history=wide("history"),
        )


def _model(number: int, is_lagged: bool, wide: Callable[[str], Array]) -> DrawnModel:
    def own(name: str) -> Array:
        return wide(f"{number}.{name}")

    unfitted = Slopes(EMPTY, EMPTY, EMPTY, EMPTY, 1.0, EMPTY)
    scale = Scale(own("centre"), own("spread"), own("low"), own("high"))
    model = Fitted(unfitted, scale, is_lagged, EMPTY, EMPTY, own("last_drivers"))
    return DrawnModel(model, own("coefficients"), own("carried"))
