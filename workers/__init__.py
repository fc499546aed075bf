"""The processes: settings, clients, telemetry, wiring, graceful stop."""
