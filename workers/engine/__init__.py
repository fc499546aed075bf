"""The engine room: the parts that the case desk needs, started, supervised and stopped together."""

from workers.engine.engine import AlreadyRunning, Engine, engine
from workers.engine.parts import PARTS, PartName, Ports
from workers.engine.process import PartFailed, RunningPart

__all__ = ["PARTS", "AlreadyRunning", "Engine", "PartFailed", "PartName", "Ports", "RunningPart", "engine"]
