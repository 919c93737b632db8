"""What the march carries of a satellite: named tuples of float64, composed by the stages of `satellite`."""

from typing import NamedTuple


class Hardware(NamedTuple):
    """What the satellites of one type share, with every reciprocal taken once. Step lengths are folded in."""

    # array
    watt_per_beam: float  # bus power in full light over beam [W/(W/m²)], at 298 K
    temperature_coefficient_per_k: float
    cell_absorptivity: float
    cell_emissivity: float
    cell_emission_w_m2_k4: float  # both faces
    cell_step_per_capacity: float  # step over heat capacity of a square metre
    drawn_per_watt: float  # power drawn from a square metre of array over bus power [1/m²]
    conditioning_loss: float  # heat in the body over bus power from the array
    sky_gain: float  # pointing of the array, see physics.array.array_cosine
    normal_gain: float
    zenith_gain: float
    # battery
    capacity_j: float
    floor_j: float  # never passed
    design_floor_j: float  # the plan keeps above it
    charge_limit_w: float
    discharge_limit_w: float
    taper_w_j: float  # charging power for each joule of room near full
    charge_efficiency: float
    discharge_efficiency: float
    inverse_charge_efficiency: float
    inverse_discharge_efficiency: float
    # radiator and loop
    emission_w_k4: float
    infrared_m2: float
    solar_m2: float
    radiator_normal_gain: float
    radiator_zenith_gain: float
    radiator_leak: float
    radiator_nadir_cosine: float
    step_per_capacity: float
    capacity_j_k: float
    # bus and compute
    bus_w: float
    pump: float
    inverse_pump: float
    idle_w: float
    full_w: float
    span_w: float
    inverse_span_w: float
    exponent: float
    inverse_exponent: float
    marginal_ratio: float
    peak_flop_s: float
    chip_k_w: float
    inverse_chip_k_w: float
    chip_limit_k: float
    lift_k: float  # of a heat pump: the radiator, whose temperature the state holds, above the chips' coolant
    # the step
    step_s: float
    inverse_step_s: float
    blend: float  # share of a step in the running means


class Health(NamedTuple):
    """What age, failures and events have left of one satellite; WHOLE is as built, to the last bit."""

    array: float  # share of the array's power that is left: strings and cells
    array_pointing: float  # on the cosine between Sun and array normal
    radiator_sun: float  # least mean |cos| of Sun on a face of the radiator
    compute: float  # share of the devices that work; with none, no compute is offered or powered
    battery: float  # share of the capacity that is left
    bus: float  # 1, or 0 where nothing is drawn any more: a lost satellite


WHOLE = Health(1.0, 1.0, 0.0, 1.0, 1.0, 1.0)


class Working(NamedTuple):
    """The hardware that depends on which devices and buses still work; fields of `Hardware`."""

    bus_w: float
    idle_w: float
    full_w: float
    span_w: float
    inverse_span_w: float
    peak_flop_s: float
    chip_k_w: float
    inverse_chip_k_w: float


class Worn(NamedTuple):
    """The hardware that depends on what age and failures have left of array and battery; fields of `Hardware`."""

    watt_per_beam: float
    capacity_j: float
    floor_j: float
    design_floor_j: float
    charge_limit_w: float
    discharge_limit_w: float
    taper_w_j: float
    charge_efficiency: float
    discharge_efficiency: float
    inverse_charge_efficiency: float
    inverse_discharge_efficiency: float
    marginal_ratio: float


class State(NamedTuple):
    """What a satellite carries from step to step. Means run over some 25 minutes and serve the plan."""

    battery_j: float
    fluid_k: float
    cell_k: float
    array_mean_w: float  # array power in full light
    sink_mean_w: float  # heat from Sun and Earth into the radiator


class Pledge(NamedTuple):
    """What is kept of a plan from the first pass to the second: relative throughput in light and in the dark.

    Its sign, that of zero too, is minus where heat holds the plan below THROTTLED of what power allows.
    """

    sun_rate: float
    dark_rate: float


class Window(NamedTuple):
    """What holds through a window: the plan, and what dispatch made of its offer."""

    sun_w: float  # planned compute power; known where steps are sampled, else 0
    dark_w: float
    sun_rate: float  # planned relative throughput
    dark_rate: float
    sun_held: float  # 1 where heat holds the plan below THROTTLED of what power allows
    dark_held: float
    share: float  # assigned over offered work, 0..1


class Sight(NamedTuple):
    """How the Earth looks from a satellite; it hardly changes through a window."""

    limb_curvature: float  # one over its angular radius
    radiator_view: float  # its view factor from both faces of the radiator


class Order(NamedTuple):
    """What is to be done with the assigned work: compute power and relative throughput, in light and in the dark."""

    sun_w: float
    dark_w: float
    sun_rate: float
    dark_rate: float
    sun_held: float  # 1 where all that the plan gives is asked for, and heat holds the plan
    dark_held: float


class Split(NamedTuple):
    """What a step through an edge of the shadow needs beside its share of light; UNSPLIT where all is light or dark."""

    burst: float  # the larger of the powers ordered for light and dark, over their mean
    inverse_burst: float
    inverse_dark: float  # one over the share in the dark


UNSPLIT = Split(1.0, 1.0, 1.0)


class Aim(NamedTuple):
    """How array and radiator stand to the Sun; the same at all steps for a design that does not turn with it."""

    cos_array: float
    following: float  # see physics.array.sun_following
    cos_radiator: float


class Aspect(NamedTuple):
    """How the Sun stands over a satellite, and how high that is."""

    cos_zenith: float  # of the Sun, signed
    inverse_height: float  # Earth's radius over the distance from its centre


class Light(NamedTuple):
    """What falls on a satellite through a step."""

    sunlit: float
    day_cosine: float  # of the sunlit ground in view, for albedo
    cos_array: float
    array_view: float
    cos_radiator: float


class Response(NamedTuple):
    """How temperatures answer to heat in a step: exprel of the linearised exponents."""

    cell: float  # over half a step
    fluid: float
    steep: float  # 1 where an exponent is below STEEP: only `steep_stage` tells


class Supply(NamedTuple):
    """What Sun, Earth and battery offer through a step."""

    lit_w: float  # array power at the bus while lit
    cell_w_m2: float  # heat that the cells take up before power is drawn
    sink_w: float  # heat from Sun and Earth into the radiator
    take_w: float  # that the battery can charge with


class Power(NamedTuple):
    """Mean powers through a step [W]; `lit_w` is the array's power while lit, `cap_w` the thermal limit."""

    array_w: float
    lit_w: float
    load_w: float
    compute_w: float
    chip_w: float  # of compute while it draws most
    bus_w: float
    charge_w: float
    drawn_w: float
    curtailed_w: float
    loss_w: float  # in charging and discharging
    conditioning_w: float  # lost before the bus, in the body
    sink_w: float
    rate: float  # relative throughput
    wanted_w: float
    plan_w: float
    cap_w: float
    cut: float  # 1 where heat or energy cut the work
    hot: float  # 1 where heat holds compute below THROTTLED of what is asked for and power would allow
    cell_heat_w_m2: float


class Ledger(NamedTuple):
    """Sums over the steps of a window, and extremes. Energies are what the steps moved, not power times time later."""

    sunlit_s: float
    array_j: float
    load_j: float
    compute_j: float
    bus_j: float
    charge_j: float
    drawn_j: float
    curtailed_j: float
    loss_j: float
    conditioning_j: float
    sink_j: float
    radiated_j: float  # by the law at the steps
    executed_flop: float
    throttled_s: float
    safe_s: float
    battery_min_j: float
    chip_max_k: float
    battery_start_j: float
    fluid_start_k: float
    heat_error_j: float  # bound on what the integrator's steps leave between heat in, stored and radiated


class Total(NamedTuple):
    """What is kept of a satellite over windows: sums, then extremes, then sums since the last update of its health."""

    sunlit_s: float
    array_j: float
    load_j: float
    compute_j: float
    curtailed_j: float
    radiated_j: float
    executed_flop: float
    throttled_s: float
    safe_s: float
    offered_flop: float
    assigned_flop: float
    battery_min_j: float
    chip_max_k: float
    day_drawn_j: float  # drawn from the battery's terminals
    day_battery_j: float  # what is stored at the end of each window
    day_fluid_k: float  # the fluid's temperature at the end of each window
