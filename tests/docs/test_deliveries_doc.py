"""docs/deliveries.md shows messages of the weather that its workflow takes."""

import json

from domain.weather.messages import AnnounceWeather, MoveWeather
from tests.docs.documents import ROOT, blocks

SHOWN = {block.name: json.loads(block.text) for block in blocks(ROOT / "docs" / "deliveries.md", "json")}


def test_the_weathers_messages_are_what_their_models_say() -> None:
    announced = AnnounceWeather.model_validate_json(json.dumps(SHOWN["weather-announce.json"]))
    assert announced.window_id == "weather:cupshop:typhoon-7"
    assert MoveWeather.model_validate_json(json.dumps(SHOWN["weather-move.json"])).until > announced.until
