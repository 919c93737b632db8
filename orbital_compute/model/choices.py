"""Names that a scenario may choose among, known without loading what does the work."""

TIMINGS = ("daly", "before_eclipse", "before_anomaly", "both")  # when gangs save (`gang_timing`)
ROUTES = ("space", "ground")  # by which sessions move (`sessions`)
