"""What a satellite-step costs: the whole physics, against others' bare positions of the same satellites.

    python benchmarks/march.py [--satellites N] [--peer-satellites N] [--rounds N] [--json]

`full physics` is one call of `march_window` over 96 steps: path, light, power, heat, battery and ledgers. `window` is
what a run does: windows of 5 steps, each first prepared (plan, light and offer ahead) and then marched; both passes
count, and each is given alone as well. Everything is a step of 60 s of satellites of the filed million. Peers fly as
many of them as suits them best (their positions then fit into the cache), shells in proportion, to the same 96
instants, again and again, and do nothing else; they are timed only if they agree.
"""

import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

import fleets
import measure
import numpy as np
import numpy_laws
import peers
from numba import njit

from orbital_compute._math import fma
from orbital_compute.model.frames import instants_after

LONG, SHORT = 96, 5  # steps of a call, and of a window in a run
FLIGHTS = 8  # of a peer's satellites in a round
N_NUMPY = 8192  # satellites that NumPy takes at once: its temporary arrays stay in the cache
PEAK_LOOPS, PEAK_CHAIN, PEAK_LANES = 100_000, 16, 256
STEP_ERROR = 1e-9  # of NumPy's state against the march's after 96 steps, relative


@njit
def fused_chains(n, x, a, b):
    """Multiply and add as fast as it goes: PEAK_CHAIN fused operations on each number loaded, n times over."""
    for _ in range(n):
        for k in range(x.size):
            v = x[k]
            for _ in range(PEAK_CHAIN):
                v = fma(v, a, b)
            x[k] = v


def peak_contender() -> tuple[measure.Timing, object]:
    """Return the arithmetic limit of one thread as a contender; its work is in floating-point operations."""
    x = np.full(PEAK_LANES, 0.5)
    work = 2 * PEAK_LOOPS * PEAK_CHAIN * PEAK_LANES
    return measure.Timing("arithmetic limit (flop)", work), lambda: fused_chains(PEAK_LOOPS, x, 0.5, 0.25)


def numpy_contender(fleet, suns) -> tuple[measure.Timing, object]:
    """Return the same step by NumPy, once its state agrees with the march's."""
    n = min(N_NUMPY, fleet.n_satellite)
    march = numpy_laws.NumPyMarch(fleets.records(fleet, n), suns)
    march.prepare()
    before = fleet.arrays.state.copy()
    window = fleets.Windows(fleet, suns.shape[0])
    window.both()
    ours = fleets.records(fleet, n)["state"]
    fleet.arrays.state[:] = before
    theirs = march.march()["state"]
    error = max(float(np.abs(a / b - 1.0).max()) for a, b in zip(theirs, ours, strict=True))
    if not error < STEP_ERROR:
        sys.exit(f"the step by NumPy and the march differ by {error:.1e}, limit {STEP_ERROR:.0e}: nothing to compare")
    return measure.Timing("same laws by NumPy, no look ahead", n * suns.shape[0]), march.march


def peer_contenders(n: int) -> tuple[dict[str, tuple[measure.Timing, object]], dict[str, str]]:
    """Return the peers that are installed and agree, by key, and what is to be said of each peer."""
    constellation, times_s = fleets.constellation(n), fleets.times_s(LONG)
    epoch = instants_after(fleets.EPOCH, 0.0)
    elements = peers.mean_elements(constellation, float(epoch.day[0] + epoch.fraction[0]))
    start = np.datetime64(fleets.EPOCH.replace(tzinfo=None), "ns")
    ours_m = constellation.positions(start + np.round(times_s * 1e9).astype("timedelta64[ns]"))
    found, notes = {}, {}
    makers = {"astroz": peers.astroz_peer, "heyoka": peers.heyoka_peer, "sgp4": peers.sgp4_peer}
    for key, maker in makers.items():
        if peers.missing(key):
            notes[key] = f"{key}: not installed (pip install '.[bench]'), so not measured"
            continue
        peer = maker(elements, times_s)
        peer.fly()
        distance_km = peers.farthest_km(peer, ours_m)
        if not distance_km < peers.AGREEMENT_KM:
            notes[key] = f"{peer.name}: {distance_km:.1f} km from our positions, so not measured"
            continue
        notes[key] = f"{peer.name}: at most {distance_km * 1e3:.0f} m from our positions"
        found[key] = (
            measure.Timing(peer.name, FLIGHTS * n * LONG),
            lambda fly=peer.fly: [fly() for _ in range(FLIGHTS)],
        )
    return found, notes


def contenders(n: int, n_peer: int, *, peers_only: tuple[str, ...] | None, pool: ThreadPoolExecutor):
    """Return all that takes turns, by key, the notes on the peers, and operations of a step (march, look ahead)."""
    fleet = fleets.fleet(n)
    long, short = fleets.Windows(fleet, LONG), fleets.Windows(fleet, SHORT)
    found, notes = peer_contenders(n_peer)
    found["numpy_twin"] = numpy_contender(fleet, long.suns)
    flop = numpy_laws.operations(fleets.records(fleet, min(512, n)), long.suns)
    if peers_only is not None:
        found = {key: found[key] for key in peers_only if key in found}
    long.prepare()
    ours = {
        "full_physics": ("full physics, 96 steps a call", long, long.march),
        "window": ("window of 5 steps, prepared and marched", short, short.both),
        "window_prepare": ("  its first pass alone: plan and offer", short, short.prepare),
        "window_march": ("  its second pass alone", short, short.march),
    }
    every = {}
    for key, (name, windows, work) in ours.items():
        every[f"{key}_1t"] = (measure.Timing(name, windows.satellite_steps), work)
    for key, (name, windows, work) in ours.items():
        timing = measure.Timing(name, windows.satellite_steps, threads=2)
        every[f"{key}_2t"] = (timing, lambda work=work: work(pool))
    every |= {f"{key}_1t": contender for key, contender in found.items()}
    every["peak"] = peak_contender()
    return every, notes, flop


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--satellites", type=int, default=1_000_000, help="satellites that we fly (1,000,000)")
    options.add_argument("--peer-satellites", type=int, default=8192, help="of them, for the peers (8,192)")
    options.add_argument("--peers", help="names of peers to time, with commas: astroz, heyoka, sgp4, numpy_twin (all)")
    options.add_argument("--limit", type=float, help="fail above this ratio of full physics to astroz's position")
    chosen = options.parse_args()
    facts = measure.machine()
    only = tuple(chosen.peers.split(",")) if chosen.peers is not None else None
    with ThreadPoolExecutor(2) as pool:
        every, notes, flop = contenders(
            chosen.satellites, min(chosen.peer_satellites, chosen.satellites), peers_only=only, pool=pool
        )
        measure.in_turns(list(every.values()), chosen.rounds)

    timings = {key: timing for key, (timing, _) in every.items()}
    full, both, peak = timings["full_physics_1t"], timings["full_physics_2t"], timings["peak"]
    figures: dict[str, object] = {f"{k[:-3]}_ns_{k[-2:]}": t.ns for k, t in timings.items() if k != "peak"}
    figures |= {
        "satellites": chosen.satellites,
        "peer_satellites": min(chosen.peer_satellites, chosen.satellites),
        "steps": LONG,
        "window_steps": SHORT,
        "flop_per_step": flop[0],
        "flop_per_step_ahead": flop[1],
        "peak_gflop_s": 1.0 / peak.ns,
        "fraction_of_peak": flop[0] * peak.over(full),
        "window_march_over_full_physics": timings["window_march_1t"].over(full),
        "two_threads_faster": full.over(both),
        "two_threads_faster_by_processor_time": 2
        * statistics.median(full.processor_s)
        / statistics.median(both.processor_s),
        "processors_at_two_threads": both.processors,
        "spread": {key: timing.spread for key, timing in timings.items()},
    }
    rows = [(*measure.timing_row(t), _ratio(t, timings.get("astroz_1t"))) for k, t in timings.items() if k != "peak"]
    ratio = full.over(timings["astroz_1t"]) if "astroz_1t" in timings else None
    figures["full_physics_over_astroz"] = ratio
    if "astroz_1t" in timings:
        alone = {key: timing for key, timing in timings.items() if timing.threads == 1 and key != "peak"}
        figures["over_astroz"] = {key: timing.over(timings["astroz_1t"]) for key, timing in alone.items()}
    text = measure.table((*measure.TIMING_HEADS, "over astroz"), rows)
    text += "\n\n" + "\n".join(notes[key] for key in notes)
    text += (
        f"\n\nA marched step is {flop[0]:.0f} flop as the equations stand, one looked ahead {flop[1]:.0f}; one thread "
        f"does {figures['peak_gflop_s']:.0f} Gflop/s at most, full physics {figures['fraction_of_peak']:.0%} of that.\n"
        f"5 steps a call cost {figures['window_march_over_full_physics']:.2f} times what 96 do, a step. Two threads "
        f"are {figures['two_threads_faster']:.2f} times as fast as one by the clock, with {both.processors:.2f} "
        f"processors to be had, and {figures['two_threads_faster_by_processor_time']:.2f} times by processor time."
    )
    measure.report("march", figures, text, as_json=chosen.json, facts=facts)
    if chosen.limit is not None:
        _judge(ratio, chosen.limit)


def _ratio(timing: measure.Timing, astroz: measure.Timing | None) -> str:
    return "" if astroz is None or timing.threads > 1 else f"{timing.over(astroz):.2f}"


def _judge(ratio: float | None, limit: float) -> None:
    """End with an error where full physics costs more than astroz's position times a limit."""
    if ratio is None:
        sys.exit("astroz was not measured, so nothing stands to judge by; pip install '.[bench]'")
    if not ratio <= limit:
        sys.exit(f"a step of the full physics costs {ratio:.2f} times a position by astroz, limit {limit:g}")


if __name__ == "__main__":
    main()
