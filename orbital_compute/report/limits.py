"""What the model leaves out, and how large each omission is, as each report says it; docs/model.md has the rest."""

LIMITS = (
    "Orbits follow a theory without drag, tides and the pull of Sun and Moon: it errs by 25 to 80 m in height and 0.2 "
    "to 0.8 km along the track over the first orbits, by up to 10 km a day along the track later. Station-kept "
    "satellites follow their slots, so for planning the theory is the path. Real element sets go through SGP4: about "
    "1 km, growing by 1 to 3 km a day.",
    "Earth's shadow is a cone on the WGS 84 ellipsoid without air; each kilometre of opaque atmosphere would lengthen "
    "an eclipse by about a third of a second.",
    "Earth's infrared (237 W/m²) and albedo (0.30) are means over the globe; clouds and seasons move them by some ten "
    "per cent. Albedo near the terminator errs by up to 0.03 of its cosine.",
    "One radiating node and one chip temperature a satellite: no gradient along the loop, no difference between "
    "devices.",
    "Failures, wear and soft errors follow laws of one design each (docs/health.md, docs/radiation.md): failures that "
    "come together, storms of the Sun and wear-out of single parts are left out, and most of their numbers are "
    "engineering defaults. Gateways and sites do not fail but by an event of the scenario.",
    "Data reach a satellite over the great circle at its height times 1.3, with 50 µs a hop, and without queueing: "
    "lasers limit how much goes around where the scenario has network.lasers, and never how long it takes.",
    "Gateways work for their mean availability in every window; rain does not come in spells.",
    "Requests are served by whole windows: waits in the queue are multiples of the window. The wait for a free slot is "
    "that of one line for all slots of a class and region, in the mean of a window; prompts run at full pace.",
    "Each window is dispatched to its own optimum, proven by a bound, under each satellite's own energy plan; no "
    "satellite saves energy for a dearer hour of the day.",
    "Training sits on clusters only where the scenario has network.cluster; else it may be spread over any nodes, and "
    "gangs lose to faults what the law of checkpoints says at the mean rate of the place. On a cluster the slowest "
    "member counts window by window, chips that wait draw full power, and gradients share lasers with nothing else.",
    "The weather of a site is a yearly and a daily cosine unless the scenario names an hourly file; a heat wave of a "
    "week adds some 5 K.",
    "Costs are those of one year like this run, at today's prices; most of their parameters are engineering defaults, "
    "and low and high put all of them at one end. Years of build-out, learning and chance are left out.",
    "No collisions in this version. A reclaimed lease does not load the network with the state that moves, and nothing "
    "is built or bought during notice.",
)
