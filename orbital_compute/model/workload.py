"""Language models, job classes, regions and the requests that they raise, hour by hour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .._random import STREAM_DEMAND_PHASE, uniforms
from ..errors import Problem, ScenarioError
from ..kernels.demand import WEEK_S, Cells, Wave, demand_table, requests_until
from .clock import Clock
from .growth import Growth
from .outages import Spell
from .ranges import range_problems

JOB_KINDS = ("interactive", "batch", "training", "agent")
NOISE_CELL_S = 3600.0  # noise is constant within an hour of UTC, so no window can see more or less of it
DAY_S = 86400.0
FIRST_SATURDAY_S = 2.0 * DAY_S  # 3 January 1970

_CLASS_RANGES = {
    "model_flop_utilisation": (1e-6, 1.0),
    "diurnal_amplitude": (0.0, 0.99),
    "weekly_amplitude": (0.0, 1.39),
    "noise_variation": (0.0, 1.0),
    "tokens_in": (0.0, 1e12),
    "tokens_out": (0.0, 1e12),
    "bit_per_token": (0.0, 1e12),
    "bit_per_request": (0.0, 1e18),
    "demand_share": (0.0, 1e12),
    "rtt_limit_s": (0.0, math.inf),
    "wait_limit_s": (0.0, math.inf),
    "slo_wait_s": (0.0, math.inf),
    "ttft_limit_s": (0.0, math.inf),
    "service_variation": (0.0, 100.0),
}


@dataclass(frozen=True)
class LanguageModel:
    """A language model as it is served; `kv_byte_per_token` is the key-value cache that a token of context holds.

    A mixture of experts computes with its active parameters and keeps all stored ones in memory.
    """

    name: str
    active_parameters: float
    stored_parameters: float
    kv_byte_per_token: float
    byte_per_parameter: float = 2.0


@dataclass(frozen=True)
class ServingDevice:
    """The devices that serve one copy of a model: `count` of them, their memories and speeds pooled."""

    peak_flop_s: float  # one device, dense
    memory_byte: float
    memory_rate_byte_s: float
    count: int = 8


@dataclass(frozen=True)
class JobClass:
    """A class of work. A request is a prompt and its answer, or, with `chunk_flop`, a piece of training or batch work.

    `value_per_flop` weighs the class in dispatch; times are limits on one request [s], inf where there is none.
    `demand_share` is its share of all demanded FLOP, relative to the other classes.
    """

    name: str
    kind: str
    model: LanguageModel | None = None
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    device: ServingDevice | None = None  # judges whether decoding waits for memory; None: it never does
    chunk_flop: float = 0.0  # model FLOP of a request that is no prompt
    model_flop_utilisation: float = 0.30  # MODEL §5.1: 0.30 for prompts, 0.40 in training
    bit_per_token: float = 500.0  # a token's text in its frame of a streamed answer, about 60 byte (C)
    bit_per_request: float = 0.0  # beside the tokens: images, sound, gradients
    value_per_flop: float = 1.0
    rtt_limit_s: float = math.inf
    wait_limit_s: float = math.inf
    slo_wait_s: float = math.inf
    demand_share: float = 1.0
    diurnal_amplitude: float = 0.4
    peak_hour: float = 15.0  # local solar time
    card: LanguageModel | None = None  # that it serves or trains, for the state that it keeps
    gang_chips: int | None = None  # of one training run; None: all its work is one run
    noise_variation: float = 0.0  # standard deviation over mean of the hourly noise
    weekly_amplitude: float = 0.0  # a working day's demand less a Saturday's or Sunday's, over the mean
    growth: Growth | None = None  # over months; none if not given
    ttft_limit_s: float = math.inf  # of the time to the first token
    service_variation: float = 1.0  # standard deviation over mean of the time that a request holds its slot
    tier: int = 1  # of the dispatch: 1 comes first
    residence_s: float | None = None  # that its context stays in a node's memory; None: not counted

    def __post_init__(self):
        path = f"workload.classes.{self.name}"
        problems = []
        if self.kind not in JOB_KINDS:
            problems.append(Problem(f"kind {self.kind!r} is none of {', '.join(JOB_KINDS)}", f"{path}.kind", self.kind))
        if (self.model is None) == (self.chunk_flop <= 0.0):
            what = "needs either a model with tokens or chunk_flop, and not both"
            problems.append(Problem(what, path, cure="give one of them"))
        elif self.model is not None and not self.tokens_in + self.tokens_out > 0.0:
            problems.append(Problem("a request has no tokens", path, cure="give tokens_in or tokens_out"))
        problems += range_problems(self, path, _CLASS_RANGES)
        if self.diurnal_amplitude + 5.0 / 7.0 * self.weekly_amplitude > 1.0:
            what = "demand would fall below zero in a weekend's night"
            limit = "diurnal_amplitude + 5/7 weekly_amplitude may be 1"
            problems.append(
                Problem(what, f"{path}.weekly_amplitude", self.weekly_amplitude, limit, "lower one of them")
            )
        if problems:
            raise ScenarioError(problems)

    @property
    def flop_per_request(self) -> float:
        """Device work of one request, as FLOP at dense peak: model FLOP over utilisation (MODEL §5.1).

        Prompt: 2 N_active a token. Answer: `decode_flop_per_token`. The attention's own products are left out: a few
        percent at 2,000 tokens of context, tens of percent beyond 30,000.
        """
        if self.model is None:
            return self.chunk_flop / self.model_flop_utilisation
        prompt = 2.0 * self.model.active_parameters * self.tokens_in / self.model_flop_utilisation
        return prompt + self.tokens_out * self.decode_flop_per_token

    @property
    def decode_flop_per_token(self) -> float:
        """Device FLOP that pass while one token is decoded: the longer of memory and arithmetic, at the largest batch.

        MODEL §5.1: t = max[(W + B KV)/BW, 2 N_active B/(MFU F)], B = floor((HBM - W)/KV), context at mid-answer; the
        work is F t/B. One device stands for the fleet: others of another FLOP per byte decode up to that ratio apart.
        """
        assert self.model is not None
        arithmetic = 2.0 * self.model.active_parameters / self.model_flop_utilisation
        if self.device is None:
            return arithmetic
        weights_byte, context_byte = self._weights_byte, self._context_byte
        memory = (weights_byte / self.slots + context_byte) * self.device.peak_flop_s / self.device.memory_rate_byte_s
        return max(memory, arithmetic)

    @property
    def has_first_token(self) -> bool:
        """Whether somebody waits for the begin of an answer, and its devices are known."""
        return self.kind in ("interactive", "agent") and self.model is not None and self.device is not None

    @property
    def slots(self) -> int:
        """Requests that one copy of the model answers at a time: contexts that fit beside its weights.

        Raises
        ------
        ScenarioError
            None fits.
        """
        assert self.model is not None
        assert self.device is not None
        room_byte = self.device.count * self.device.memory_byte - self._weights_byte
        if room_byte < self._context_byte or room_byte <= 0.0:
            what = f"{self.model.name} with one context does not fit into {self.device.count} devices"
            cure = "raise device.count, shorten the context or lower byte_per_parameter"
            raise ScenarioError(Problem(what, f"workload.classes.{self.name}", self.device.count, cure=cure))
        return math.floor(room_byte / max(self._context_byte, 1.0))

    @property
    def slot_flop_s(self) -> float:
        """Rate of the devices behind one slot [FLOP/s at dense peak]."""
        assert self.device is not None
        return self.device.count * self.device.peak_flop_s / self.slots

    @property
    def slot_s(self) -> float:
        """Mean time for which a request holds its slot [s], all slots full: its own prompt, those of others, tokens."""
        return self.flop_per_request / self.slot_flop_s

    @property
    def prompt_s(self) -> float:
        """Time in which a copy works through a prompt alone [s], at the end of which the first token is there."""
        assert self.model is not None
        assert self.device is not None
        prompt_flop = 2.0 * self.model.active_parameters * self.tokens_in / self.model_flop_utilisation
        return prompt_flop / (self.device.count * self.device.peak_flop_s)

    @property
    def _weights_byte(self) -> float:
        assert self.model is not None
        return self.model.stored_parameters * self.model.byte_per_parameter

    @property
    def _context_byte(self) -> float:
        assert self.model is not None
        return self.model.kv_byte_per_token * (self.tokens_in + 0.5 * self.tokens_out)

    @property
    def request_bit(self) -> float:
        """Bits that a request sends and brings back."""
        return self.bit_per_request + self.bit_per_token * (self.tokens_in + self.tokens_out)


@dataclass(frozen=True)
class Region:
    """Where requests come from; `weight` is its share of each class, its population where none is given."""

    name: str
    latitude_deg: float
    longitude_deg: float
    population: float
    weight: float | None = None


@dataclass(frozen=True)
class Surge:
    """Requests of a class in a region, or of all where None, times a factor for a time."""

    spell: Spell
    job_class: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class DemandSpec:
    """How much is asked: exactly one of the two, as a mean over days and the sum over regions.

    `share_of_capacity` of `capacity_flop_s` is demanded as FLOP/s at dense peak, split over the classes by their
    demand_share; `request_rate_per_s` gives each class by name its own rate.
    """

    share_of_capacity: float | None = None
    capacity_flop_s: float = 0.0
    request_rate_per_s: Mapping[str, float] | None = None

    def __post_init__(self):
        path = "workload.demand"
        if (self.share_of_capacity is None) == (self.request_rate_per_s is None):
            raise ScenarioError(Problem("needs either a share of the capacity or request rates", path))
        if self.share_of_capacity is not None:
            if not 0.0 <= self.share_of_capacity < math.inf:
                raise ScenarioError(
                    Problem(f"share {self.share_of_capacity:g} is negative or not finite", path, self.share_of_capacity)
                )
            if not 0.0 <= self.capacity_flop_s < math.inf:
                raise ScenarioError(Problem("capacity is negative or not finite", path, self.capacity_flop_s))
        for name, rate in (self.request_rate_per_s or {}).items():
            if not 0.0 <= rate < math.inf:
                raise ScenarioError(Problem(f"rate {rate:g} is negative or not finite", f"{path}.{name}", rate))


class Workload:
    """The requests of a run: whole numbers by window, class and region, the same whatever the window or the order.

    Rates follow base [1 + A cos 2π(local solar hour - peak)/24 + week] × growth × noise (MODEL §6), integrated
    exactly; the week's term is 2/7 W on working days and -5/7 W on Saturday and Sunday. Requests are differences of
    the floor of the running sum, so a sum over windows errs by one request at most. Local solar time is UTC and
    longitude; the equation of time (16 min at most) is left out.
    """

    def __init__(
        self, classes: Sequence[JobClass], regions: Sequence[Region], demand: DemandSpec, *, clock: Clock, seed: int,
        surges: Sequence[Surge] = (),
    ):  # fmt: skip
        self.classes, self.regions, self.demand, self.clock, self.seed = (*classes,), (*regions,), demand, clock, seed
        self.class_names = [job.name for job in self.classes]
        self.region_names = [region.name for region in self.regions]
        self.n_class, self.n_region = len(self.classes), len(self.regions)
        self._check_names()
        self.flop_per_request = self._per_class("flop_per_request")  # each float64[n_class]
        self.bit_per_request = self._per_class("request_bit")
        self.bit_per_flop = self.bit_per_request / self.flop_per_request
        self.value_per_flop = self._per_class("value_per_flop")
        self.tier = np.array([job.tier for job in self.classes], np.int64)
        self.rtt_limit_s = self._per_class("rtt_limit_s")
        self.wait_limit_s = self._per_class("wait_limit_s")
        self.slo_wait_s = self._per_class("slo_wait_s")
        self.mean_rate_per_s = self._mean_rate_per_s()
        self._tabulate()
        self._surges = [(self._chosen(surge), surge.spell) for surge in surges]

    def arrivals(self, w_window: int) -> np.ndarray:
        """Return the requests that arrive in a window: int64[n_class, n_region]."""
        start_s, end_s = self.clock.window_start_s(w_window), self.clock.window_end_s(w_window)
        return self._whole_requests_until(end_s) - self._whole_requests_until(start_s)

    def demanded_flop_s(self) -> float:
        """Return the mean demanded rate, FLOP/s at dense peak, over days, classes and regions."""
        return math.fsum((self.mean_rate_per_s * self.flop_per_request[:, None]).ravel())

    def pair_name(self, k_pair: int) -> str:
        """Return the name of a (class, region), k = class n_region + region."""
        i_class, i_region = divmod(int(k_pair), self.n_region)
        return f"{self.class_names[i_class]} of {self.region_names[i_region]}"

    def _per_class(self, name: str) -> np.ndarray:
        return np.array([getattr(job, name) for job in self.classes], dtype=float)

    def _check_names(self) -> None:
        problems = []
        for what, names in (("class", self.class_names), ("region", self.region_names)):
            if not names:
                problems.append(Problem(f"no {what} is given", "workload", cure="give at least one"))
            twice = sorted({name for name in names if names.count(name) > 1})
            problems += [Problem(f"{what} {name} stands twice", "workload", name) for name in twice]
        unknown = sorted(set(self.demand.request_rate_per_s or {}) - set(self.class_names))
        problems += [Problem(f"no class is named {name}", "workload.demand", name) for name in unknown]
        if problems:
            raise ScenarioError(problems)

    def _mean_rate_per_s(self) -> np.ndarray:
        """Return the mean request rate of each class and region: float64[n_class, n_region]."""
        weight = np.array([region.population if region.weight is None else region.weight for region in self.regions])
        share = np.array([job.demand_share for job in self.classes])
        if not (np.all(weight >= 0.0) and 0.0 < math.fsum(weight) < math.inf):
            raise ScenarioError(Problem("weights of the regions must be positive in sum", "workload.regions"))
        if self.demand.request_rate_per_s is not None:
            rate = np.array([self.demand.request_rate_per_s.get(name, 0.0) for name in self.class_names])
        else:
            if not 0.0 < math.fsum(share) < math.inf:
                raise ScenarioError(Problem("demand_share of the classes must be positive in sum", "workload.classes"))
            demanded_flop_s = (self.demand.share_of_capacity or 0.0) * self.demand.capacity_flop_s
            rate = demanded_flop_s * share / math.fsum(share) / self.flop_per_request
        return rate[:, None] * (weight / math.fsum(weight))

    def _tabulate(self) -> None:
        """Lay out noise and running sums at the edges of the cells: hours of UTC, cut where growth changes."""
        epoch_s = self.clock.start.timestamp()
        longitude_turn = np.array([region.longitude_deg for region in self.regions]) / 360.0
        turn = (epoch_s % DAY_S) / DAY_S + longitude_turn - self._per_class("peak_hour")[:, None] / 24.0
        week_turn = ((epoch_s - FIRST_SATURDAY_S) % WEEK_S) / WEEK_S + longitude_turn / 7.0
        self._wave = Wave(
            self.mean_rate_per_s, self._per_class("diurnal_amplitude"), turn - np.floor(turn),
            self._per_class("weekly_amplitude"), week_turn - np.floor(week_turn),
        )  # fmt: skip
        self._cells = self._laid_out(epoch_s)
        n_cell, shape = self._cells.hour.size, (self.n_class, self.n_region)
        start = uniforms(self.seed, STREAM_DEMAND_PHASE, np.arange(self.n_class)[:, None], np.arange(self.n_region))
        self._noise, self._requests = np.empty((n_cell, *shape)), np.empty((n_cell + 1, *shape))
        self._requests[0] = start  # so that rare requests of like regions do not all come at once
        variation = self._per_class("noise_variation")
        demand_table(
            self.seed, self._wave, self._cells, variation, 0, self.n_class, self._noise, self._requests
        )  # fmt: skip

    def _laid_out(self, epoch_s: float) -> Cells:
        """Return the cells of the table."""
        first_hour = math.floor(epoch_s / NOISE_CELL_S)
        n_hour = math.floor((epoch_s + self.clock.duration_s) / NOISE_CELL_S) + 1 - first_hour
        edge_s = (first_hour + np.arange(n_hour + 1)) * NOISE_CELL_S - epoch_s
        knots = [time_s for job in self.classes if job.growth is not None for time_s in job.growth.time_s]
        inside = [time_s for time_s in knots if edge_s[0] < time_s < edge_s[-1]]
        hour = first_hour + np.searchsorted(edge_s, inside, side="right") - 1
        order = np.argsort(np.concatenate([edge_s, inside]), kind="stable")
        all_s = np.concatenate([edge_s, inside])[order]
        new = np.append(True, np.diff(all_s) > 0.0)
        hours = np.concatenate([first_hour + np.arange(n_hour + 1), hour])[order][new]
        cut_s = all_s[new]
        log2_factor, pace = np.zeros((2, cut_s.size - 1, self.n_class))
        for k, job in enumerate(self.classes):
            if job.growth is not None:
                log2_factor[:, k], pace[:, k] = job.growth.at(cut_s[:-1])
        return Cells(cut_s, hours[:-1].astype(np.int64), log2_factor, pace)

    def _whole_requests_until(self, time_s: float) -> np.ndarray:
        """Return int64[n_class, n_region], the requests from the first hour's edge to a time after the start.

        What a surge adds is the running sum over its time, once more for each whole factor above 1.
        """
        running = self._running(time_s)
        for chosen, spell in self._surges:
            if time_s > spell.start_s:
                start_s, end_s = max(spell.start_s, 0.0), min(time_s, spell.end_s)
                running += (spell.factor - 1.0) * chosen * (self._running(end_s) - self._running(start_s))
        return np.floor(running).astype(np.int64)

    def _running(self, time_s: float) -> np.ndarray:
        """Return the running sum of requests without surges at a time: float64[n_class, n_region]."""
        edge_s = self._cells.edge_s
        cell = min(int(np.searchsorted(edge_s, time_s, side="right")), edge_s.size - 1) - 1
        running = np.empty((self.n_class, self.n_region))
        requests_until(
            time_s, cell, self._wave, self._cells, self._noise, self._requests, 0, self.n_class, running
        )  # fmt: skip
        return running

    def _chosen(self, surge: Surge) -> np.ndarray:
        """Return 1 for the pairs that a surge befalls and 0 for the others: float64[n_class, n_region]."""
        chosen = np.ones((self.n_class, self.n_region))
        for name, names, axis in ((surge.job_class, self.class_names, 0), (surge.region, self.region_names, 1)):
            if name is not None:
                here = np.array([each == name for each in names], dtype=float)
                chosen *= here[:, None] if axis == 0 else here
        return chosen
