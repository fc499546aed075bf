"""What a policy says about extreme weather: who carries where, how long a window may last (sop L7)."""

from domain.base import Model, Slug
from domain.regions import Region
from domain.sla.quantities import Duration


class WeatherRules(Model):
    """Regions that a window may name, with the carriers that serve each, the preferred one first."""

    carriers: dict[Region, tuple[Slug, ...]]
    longest: Duration
    """A window that lasts longer is a mistake."""
    look_again_every: Duration
    """How often parcels are looked for that came into the region meanwhile."""

    def proposals(self, region: str, struck: tuple[str, ...]) -> tuple[str, ...]:
        """The carriers that may stand in for those that are struck."""
        return tuple(carrier for carrier in self.carriers[region] if carrier not in struck)
