"""The catalogue of what a run stores: each variable with its dimensions, unit and meaning.

A variable's first dimension says how it comes about: `time` is filled window by window, `sample_time` step by step for
the chosen sample, `day` once a day, `satellite` once per satellite, anything else once for the run. A run stores those
variables that it has: without sites there are none of sites.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Variable:
    """One name of the dataset: its dimensions, unit (CF style; "1" for pure numbers), meaning and stored type."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    dtype: str = "float64"

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Return the array's shape under these sizes of the dimensions."""
        return tuple(sizes[dim] for dim in self.dims)


def _catalogue(dims: str, rows: str, dtype: str = "float64") -> dict[str, Variable]:
    """Return variables from lines of `name | unit | meaning`, all over the same dimensions."""
    table = {}
    for line in rows.strip().splitlines():
        name, units, long_name = (part.strip() for part in line.split("|"))
        table[name] = Variable(name, tuple(dims.split()), units, long_name, dtype)
    return table


# What `model.health.FleetHealth.day_rows` gives.
DAY_HEALTH = """
    satellites_alive | 1 | satellites not lost as a whole
    devices_working | 1 | accelerators that work in satellites that can use them
    devices_working_share | 1 | accelerators that work over those launched
    devices_lost_infant_share | 1 | share of accelerators lost with satellites that failed young
    devices_lost_worn_out_share | 1 | share of accelerators lost with satellites that wore out
    devices_lost_pumps_share | 1 | share of accelerators lost with the last coolant pump
    devices_lost_lasers_share | 1 | share of accelerators cut off with the last laser
    devices_lost_alone_share | 1 | share of accelerators lost one by one
    strings_left_share | 1 | share of cell strings that work, mean over satellites alive
    cells_left_share | 1 | share of their power that radiation and ultraviolet light leave to cells, mean
    array_left_share | 1 | share of the array's power left, strings and cells, mean
    battery_left_share | 1 | share of the battery's capacity left, mean
    calendar_fade_share | 1 | share of the capacity that the calendar took, mean
    cycle_fade_share | 1 | share of the capacity that cycles took, mean
    device_pace_share | 1 | throughput of working accelerators over that of new ones
    radiator_absorptivity | 1 | solar absorptivity of the radiators' coating
    battery_depth | 1 | depth of discharge on the day before, mean
    battery_temperature_k | K | temperature of the battery on the day before, mean
    battery_charge | 1 | state of charge on the day before, mean over time and satellites
"""

# Powers of a window are the energies that the march summed over its steps, divided by the window.
VARIABLES: dict[str, Variable] = {
    **_catalogue(
        "time shell",
        """
        sunlit_fraction | 1 | share of the window in sunlight, mean over satellites
        array_power_w | W | power of the solar arrays at the bus
        load_power_w | W | power drawn by compute, pumps and bus
        compute_power_w | W | power drawn by compute
        pump_power_w | W | power drawn by coolant pumps
        bus_power_w | W | power drawn by the satellite buses
        charge_power_w | W | power taken from the bus by charging batteries
        discharge_power_w | W | power given to the bus by batteries
        battery_loss_power_w | W | power lost in charging and discharging
        conditioning_loss_power_w | W | power lost before the bus and turned to heat in the body
        battery_energy_j | J | energy held by the batteries at the end of the window
        curtailed_power_w | W | array power that nothing could take
        heat_in_w | W | heat given to the fluid loops: load, losses, Sun and Earth
        sink_heat_w | W | heat absorbed by radiators from Sun and Earth
        radiated_heat_w | W | heat radiated
        peak_flop | FLOP | work of the window at full power and in full health
        working_flop | FLOP | work of the window at full power of the accelerators that work
        new_flop | FLOP | work that light and battery would allow them under perfect cooling, all but them as new
        power_limited_flop | FLOP | work that light and battery would allow under perfect cooling, all as it has aged
        offered_flop | FLOP | work offered to dispatch: what power and cooling allow
        reachable_flop | FLOP | offered work of satellites that reach some demand within its round-trip limit
        assigned_flop | FLOP | work assigned by dispatch
        executed_flop | FLOP | work executed
        throttled_fraction | 1 | share of time in which heat holds asked-for compute below 99 % of what power allows
        safe_mode_fraction | 1 | share of the window in safe mode, mean over satellites
        """,
    ),
    **_catalogue(
        "time shell quantile",
        """
        state_of_charge | 1 | state of charge at the end of the window, quantiles over satellites
        fluid_temperature_k | K | temperature of the fluid loop at the end of the window, quantiles over satellites
        chip_temperature_k | K | highest temperature of the chips in the window, quantiles over satellites
        """,
    ),
    **_catalogue(
        "time site",
        """
        site_power_w | W | electric power used by the site, all that it runs
        site_it_power_w | W | power of computing equipment
        site_electrical_power_w | W | power lost in transformers, supplies and distribution
        site_cooling_power_w | W | power of cooling
        site_other_power_w | W | power of networks, storage and the rest named by the site
        grid_power_w | W | power taken from the grid
        turbine_power_w | W | power of on-site turbines
        site_charge_power_w | W | power taken by charging the battery plant
        site_discharge_power_w | W | power given by the battery plant
        site_battery_power_w | W | power given by the battery plant less power taken
        site_battery_loss_power_w | W | power lost in the battery plant
        site_short_power_w | W | power that grid, turbines and battery could not give
        pue | 1 | power usage effectiveness: power of the site over that of its computing equipment
        site_state_of_charge | 1 | state of charge of the battery plant at the end of the window
        grid_price | USD J-1 | price of the grid's energy, where the scenario has it by the hour
        grid_carbon | kg J-1 | greenhouse gases of the grid's energy, where the scenario has them by the hour
        outside_temperature_k | K | outside air temperature
        site_water_m3 | m3 | water evaporated
        site_peak_flop | FLOP | work of the window at full power
        site_working_flop | FLOP | work at full power of the accelerators that stand and are the customer's
        site_held_share | 1 | share of the accelerators that stand and are the customer's
        site_power_limited_flop | FLOP | work that the power supply allows
        site_offered_flop | FLOP | work offered to dispatch
        site_reachable_flop | FLOP | offered work, where the site reaches some demand within its round-trip limit
        site_assigned_flop | FLOP | work assigned by dispatch
        site_executed_flop | FLOP | work executed
        site_credited_flop | FLOP | work executed that need not be done again
        """,
    ),
    **_catalogue(
        "time job_class region",
        """
        arrived | 1 | requests arrived
        served | 1 | requests served
        served_in_time | 1 | requests served within the wait that their class promises
        queued | 1 | requests waiting at the end of the window
        overdue | 1 | requests waiting at the end of the window for longer than their class promises
        dropped | 1 | requests dropped
        """,
        dtype="int64",
    ),
    **_catalogue(
        "time job_class region",
        """
        answered_in_time | 1 | requests served within the wait and the time to the first token that their class promises
        service_utilisation | 1 | work of a class with a first token over capacity of its nodes less work worth more
        """,
    ),
    **_catalogue("time job_class region", "under_way_flop | FLOP | work done on requests not yet served"),
    **_catalogue(
        "time job_class",
        """
        executed_orbit_flop | FLOP | work executed in orbit
        executed_site_flop | FLOP | work executed at sites
        credited_orbit_flop | FLOP | work executed in orbit that need not be done again
        credited_site_flop | FLOP | work executed at sites that need not be done again
        repeated_flop | FLOP | work executed that faults, checkpoints, restarts and waiting gangs took: it stays queued
        corrupted_flop | FLOP | work credited although corruption that nothing caught has struck it
        """,
    ),
    **_catalogue(
        "time trace",
        """
        trace_requests | 1 | requests that a trace brought
        trace_tokens_in | 1 | tokens that they read
        trace_tokens_out | 1 | tokens that they write
        """,
        dtype="int64",
    ),
    **_catalogue(
        "time session_class",
        """
        sessions_resident | 1 | sessions whose keys and values are kept
        session_byte | byte | keys and values of sessions
        session_orbit_byte | byte | of them, in orbit
        sessions_moved | 1 | sessions that had to go on elsewhere than in the window before
        session_moved_bit | bit | keys and values that moved
        session_pause_s | s | time that sessions stood still while they moved, added up
        """,
    ),
    **_catalogue("time session_class site", "session_site_byte | byte | keys and values of sessions at the site"),
    **_catalogue("time trace", "trace_flop | FLOP | work of the requests that a trace brought"),
    **_catalogue("time shell error_kind", "soft_errors | 1 | soft errors of accelerators", dtype="int64"),
    **_catalogue("time", "soft_error_rate | s-1 | soft errors of an accelerator, mean over the work executed in orbit"),
    **_catalogue(
        "time node_group",
        "supply_price | PFLOP-1 | price of supply, value a PFLOP, highest of the group's signatures",
    ),
    **_catalogue(
        "time arc",
        """
        arc_price | bit-1 | price of capacity, value a bit
        arc_use_bit | bit | bits carried in the window
        arc_capacity_bit | bit | bits that the window could carry
        """,
    ),
    **_catalogue(
        "time gateway",
        """
        gateway_open | 1 | share of the window in which the sky leaves the gateway open; 1 where it is a mean factor
        gateway_in_view | 1 | satellites in view, mean
        gateway_links | 1 | antennas that follow a satellite, mean over the window
        gateway_link_rate_bit_s | bit s-1 | rate of a link in clear sky, mean over links, acquisition taken off
        """,
    ),
    **_catalogue(
        "time gateway",
        "gateway_changes | 1 | satellites that antennas took up, one after another",
        dtype="int64",
    ),
    **_catalogue(
        "gateway",
        """
        gateway_open_expected | 1 | share of time in which the weather leaves the gateway open
        gateway_antennas | 1 | antennas or telescopes
        """,
    ),
    **_catalogue(
        "gateway region", "gateway_serves | 1 | 1 where the gateway is one of the region's nearest", dtype="int64"
    ),
    **_catalogue(
        "time",
        """
        dispatch_objective | 1 | value of the work assigned
        dispatch_bound | 1 | value that no dispatch can pass, from the prices
        dispatch_gap | 1 | bound less objective, over bound
        merging_loss | 1 | share of assigned work that pro-rata return could not place
        energy_residual | 1 | largest relative energy residual of a satellite or site
        heat_residual | 1 | largest difference of radiated heat from the law at the steps, over the integrator's bound
        work_residual | 1 | relative residual of work executed by nodes against work credited to queues
        flow_residual | 1 | largest relative difference of flow into and out of a node, or of bits above a capacity
        temperature_margin_k | K | smallest distance of a chip below its limit
        charge_margin | 1 | smallest distance of a state of charge from its bounds
        """,
    ),
    **_catalogue(
        "time job_class resource",
        "binding_share | 1 | share of the class's wanted work that the resource holds back, by the dispatch's prices",
    ),
    **_catalogue(
        "time",
        """
        laser_loss | 1 | share of assigned work taken back because lasers could not carry its bits
        laser_gap | 1 | bits that lasers might carry at most less those they carry, over the most
        laser_want_bit | bit | bits of assigned work that are to go around to gateways by lasers
        laser_carried_bit | bit | bits that lasers carry into gateways' views
        laser_links_share | 1 | share of the links between satellites that hold
        ground_flow_bit_s | bit s-1 | greatest flow from satellites to the ground, would they do the mix that is wanted
        """,
    ),
    **_catalogue(
        "time shell",
        """
        laser_load_bit | bit | bits carried from cell to cell, each counted once for each step
        laser_capacity_bit | bit | bits that arcs between cells can carry, both directions
        cut_shell_bit_s | bit s-1 | lasers of the shell in the least cut of the greatest flow to the ground
        """,
    ),
    **_catalogue("time cut_place", "cut_bit_s | bit s-1 | least cut of the greatest flow to the ground, by place"),
    **_catalogue(
        "time arc", "cut_gateway_bit_s | bit s-1 | least cut at a gateway: its antennas, or those in its view"
    ),
    **_catalogue(
        "time",
        """
        signatures | 1 | number of supply signatures
        energy_residual_row | 1 | row of the largest energy residual: satellites first, then sites
        heat_residual_row | 1 | row of the largest heat residual
        requests_residual | 1 | requests arrived less served, queued and dropped, worst queue
        requests_residual_queue | 1 | queue of the largest request residual: class x number of regions + region
        temperature_margin_row | 1 | row of the smallest temperature margin
        charge_margin_row | 1 | row of the smallest charge margin
        """,
        dtype="int64",
    ),
    **_catalogue(
        "satellite",
        """
        satellite_peak_flop | FLOP | work of the run at full power and in full health
        satellite_offered_flop | FLOP | work offered to dispatch
        satellite_assigned_flop | FLOP | work assigned by dispatch
        satellite_executed_flop | FLOP | work executed
        satellite_sunlit_s | s | time in sunlight, penumbra by its share
        satellite_array_j | J | energy of the solar array at the bus
        satellite_load_j | J | energy drawn by compute, pump and bus
        satellite_compute_j | J | energy drawn by compute
        satellite_curtailed_j | J | array energy that nothing could take
        satellite_radiated_j | J | heat radiated
        satellite_throttled_s | s | time throttled by temperature
        satellite_safe_s | s | time in safe mode
        satellite_soc_min | 1 | smallest state of charge
        satellite_chip_max_k | K | highest chip temperature
        satellite_compute_left | 1 | share of its compute that the satellite still has at the end
        satellite_array_left | 1 | share of the array's power that is left at the end
        satellite_battery_left | 1 | share of the battery's capacity that is left at the end
        """,
    ),
    **_catalogue(
        "satellite",
        """
        satellite_devices_lost | 1 | accelerators lost one by one
        satellite_fate | 1 | 0 alive, 1 failed young, 2 worn out
        """,
        dtype="int64",
    ),
    **_catalogue(
        "sample_time sample",
        """
        sample_sunlit | 1 | share of the step in sunlight
        sample_day_cosine | 1 | mean cosine of the Sun's zenith angle over the ground in view
        sample_array_cosine | 1 | cosine between the Sun and the array's normal
        sample_array_view | 1 | view factors of the Earth from both faces of the array, added up
        sample_radiator_cosine | 1 | cosine between the Sun and the normal of the radiator's lit face
        sample_array_w | W | power of the solar array at the bus
        sample_load_w | W | power drawn by compute, pump and bus
        sample_compute_w | W | power drawn by compute
        sample_pump_w | W | power drawn by the coolant pump
        sample_bus_w | W | power drawn by the satellite bus
        sample_charge_w | W | power taken from the bus by charging
        sample_discharge_w | W | power given to the bus by the battery
        sample_loss_w | W | power lost in charging and discharging
        sample_conditioning_w | W | power lost before the bus and turned to heat in the body
        sample_curtailed_w | W | array power that nothing could take
        sample_sink_w | W | heat absorbed by the radiator from Sun and Earth
        sample_heat_in_w | W | heat given to the fluid loop: load, losses, Sun and Earth
        sample_radiated_w | W | heat radiated
        sample_battery_j | J | energy held by the battery at the end of the step
        sample_state_of_charge | 1 | state of charge at the end of the step
        sample_fluid_k | K | temperature of the fluid loop at the end of the step
        sample_chip_k | K | temperature of the chips at the end of the step
        sample_cell_heat_w_m2 | W m-2 | heat taken up by a square metre of array, less power drawn
        sample_cell_k | K | temperature of the solar cells at the end of the step
        sample_plan_w | W | compute power of the energy plan
        sample_wanted_w | W | compute power that the assigned work wants
        sample_thermal_cap_w | W | compute power that the temperature limit allows in this step
        sample_throttled | 1 | 1 where heat holds compute below 99 % of what power would allow
        sample_executed_flop | FLOP | work executed in the step
        """,
    ),
    **_catalogue("time sample", "sample_assigned_flop | FLOP | work assigned by dispatch in the window"),
    **_catalogue("day shell", DAY_HEALTH),
    **_catalogue(
        "day shell",
        """
        air_density_kg_m3 | kg m-3 | density of the air at the satellites' height, mean over the orbit
        air_delta_v_m_s | m s-1 | change of speed that a live satellite spends on its height
        air_propellant_kg | kg | propellant that all live satellites spend on it
        air_propellant_left_kg | kg | propellant that a satellite has left against drag
        """,
    ),
    **_catalogue(
        "day shell",
        """
        failed_in_orbit | 1 | failed satellites that are still up
        reentered | 1 | failed satellites that came down
        """,
        dtype="int64",
    ),
    **_catalogue(
        "shell solar_activity",
        """
        drag_delta_v_m_s | m s-1 | change of speed that a live satellite needs in the first year to hold its height
        drag_propellant_kg | kg | propellant for it
        lifetime_s | s | time for which a satellite that fails at the start stays up; inf past 200 years
        """,
    ),
    **_catalogue("reason job_class", "drop_reason | 1 | requests dropped, by reason", dtype="int64"),
    **_catalogue(
        "job_class region rtt_bin",
        "round_trip_region_count | 1 | requests of work assigned, by region and network round-trip time",
    ),
    **_catalogue(
        "job_class region hour ttft_bin",
        "ttft_count | 1 | requests served, by the hour of the day (UTC) and the time to their first token",
    ),
    **_catalogue("job_class rtt_bin", "round_trip_count | 1 | requests of work assigned, by network round-trip time"),
    **_catalogue(
        "lease",
        """
        lease_notice_s | s | when notice of the end of the lease is given, after the first window begins; NaN: never
        lease_goes_s | s | when the capacity begins to go, after the first window begins; NaN: never
        lease_ramp_s | s | time in which it goes
        lease_peak_flop_s | FLOP s-1 | rate of the site's free accelerators
        lease_weights_bit | bit | weights of the models that the site serves, once each
        lease_cache_bit | bit | keys and values of sessions at the site
        lease_optimiser_bit | bit | state of training runs at the site
        lease_cut_bit_s | bit s-1 | least cut between the site and everywhere else, of what demand leaves
        lease_migration_s | s | time to move all of the state over the cut
        lease_keep_share | 1 | share of the demand's value that a reserve is to keep
        lease_rent_usd_year | USD a-1 | rent
        lease_reserve_usd_w_year | USD W-1 a-1 | cost of a watt of reserve in orbit
        lease_chance_per_year | a-1 | chance of a reclaim, as the scenario takes it
        lease_replacement_s | s | time until other capacity takes the site's place
        """,
    ),
    **_catalogue(
        "time gang gang_place",
        """
        gang_executed_flop | FLOP | work that chips of gangs executed, waiting included
        gang_in_step_flop | FLOP | of it, work at the pace of each cluster's slowest member
        gang_computed_flop | FLOP | of that, work while no chip waits for gradients
        gang_kept_flop | FLOP | of that, work that counts once
        gang_saving_flop | FLOP | what checkpoints that held took of the work computed
        """,
    ),
    **_catalogue("time gang gang_place stop_cause", "gang_stops | 1 | stops expected of one gang in the window"),
    **_catalogue(
        "time gang",
        """
        gang_fault_rate | s-1 | faults that stop a gang on the first cluster that holds one
        gang_pace | 1 | rate of that cluster's slowest member over that at full power
        gang_laser_bit_s | bit s-1 | what each of its satellites sends to its neighbour
        """,
    ),
    **_catalogue(
        "gang",
        """
        gang_chips | 1 | chips of one gang
        gang_token_flop | FLOP | work of one token, as FLOP of devices at dense peak
        gang_checkpoint_s | s | time to write a checkpoint
        gang_restart_s | s | time from a fault until work goes on
        gang_satellites | 1 | satellites of one gang; NaN where its exchange of gradients is not given
        gang_laser_need_bit_s | bit s-1 | rate of a laser at which arithmetic hides all sending, at full power
        """,
    ),
    **_catalogue(
        "gang gang_place",
        """
        gang_step_s | s | arithmetic of a training step at full power
        gang_all_reduce_s | s | sending of gradients of a step, hidden or not
        """,
    ),
    **_catalogue("stage", "waterfall_orbit_flop | FLOP | work left after each stage, in orbit"),
    **_catalogue("stage site", "waterfall_site_flop | FLOP | work left after each stage, by site"),
}

COORDINATES: dict[str, Variable] = {
    **_catalogue("time", "time | | start of the window", dtype="datetime64[ns]"),
    **_catalogue("sample_time", "sample_time | | end of the step", dtype="datetime64[ns]"),
    **_catalogue("day", "day | | start of the day", dtype="datetime64[ns]"),
    **_catalogue("shell", "shell | | shell", dtype="str"),
    **_catalogue("shell", "shell_satellites | 1 | satellites in the shell", dtype="int64"),
    **_catalogue(
        "shell",
        """
        shell_altitude_m | m | mean semi-major axis of the shell's satellites less the Earth's equatorial radius
        shell_inclination_deg | degree | mean inclination of the shell's satellites
        shell_compute_power_w | W | compute power of all the shell's satellites at full load, as launched
        """,
    ),
    **_catalogue("shell", "shell_satellite_type | | design of the shell's satellites", dtype="str"),
    **_catalogue("quantile", "quantile | 1 | quantile over the satellites of a shell"),
    **_catalogue("site", "site | | terrestrial site", dtype="str"),
    **_catalogue("job_class", "job_class | | class of jobs", dtype="str"),
    **_catalogue("job_class", "flop_per_request | FLOP | work of one request, as FLOP of devices at dense peak"),
    **_catalogue(
        "job_class",
        """
        class_value | 1 | worth of a FLOP of the class, beside the others
        class_tokens | 1 | tokens that a request reads and writes; 0 for training and for pods
        class_slo_wait_s | s | wait within the service level; inf for any
        class_ttft_limit_s | s | time to the first token within the service level; inf for any
        class_tokens_out | 1 | tokens written by a request
        """,
    ),
    **_catalogue("hour", "hour | 1 | hour of the day (UTC) that begins", dtype="int64"),
    **_catalogue(
        "ttft_bin",
        """
        ttft_bin | s | time to the first token, lower edge of the bin
        ttft_bin_upper_s | s | time to the first token, upper edge of the bin
        """,
    ),
    **_catalogue("lease", "lease | | site that is leased", dtype="str"),
    **_catalogue("gateway", "gateway | | gateway whose links or weather are followed", dtype="str"),
    **_catalogue(
        "gateway",
        """
        gateway_latitude_deg | degree | latitude
        gateway_longitude_deg | degree | longitude
        """,
    ),
    **_catalogue("gang", "gang | | class of jobs that trains in gangs on clusters", dtype="str"),
    **_catalogue("gang", "gang_timing | | when its gangs save", dtype="str"),
    **_catalogue("gang_place", "gang_place | | where gangs are: orbit, then sites", dtype="str"),
    **_catalogue("stop_cause", "stop_cause | | what stops a gang", dtype="str"),
    **_catalogue("session_class", "session_class | | class whose sessions are followed", dtype="str"),
    **_catalogue("session_class", "session_context_byte | byte | keys and values of one session"),
    **_catalogue("trace", "trace | | recorded requests that are replayed", dtype="str"),
    **_catalogue("region", "region | | region that demand comes from", dtype="str"),
    **_catalogue("reason", "reason | | why requests were dropped", dtype="str"),
    **_catalogue("node_group", "node_group | | satellite designs, then sites", dtype="str"),
    **_catalogue("arc", "arc | | gateways, site uplinks, ways around to gateways by laser", dtype="str"),
    **_catalogue("resource", "resource | | what can hold back work", dtype="str"),
    **_catalogue("cut_place", "cut_place | | where the least cut can lie", dtype="str"),
    **_catalogue(
        "rtt_bin",
        """
        rtt_bin | s | round-trip time, lower edge of the bin
        rtt_bin_upper_s | s | round-trip time, upper edge of the bin
        """,
    ),
    **_catalogue(
        "satellite",
        """
        satellite | 1 | row of the satellite
        catalog_number | 1 | catalogue number
        """,
        dtype="int64",
    ),
    **_catalogue(
        "satellite",
        """
        satellite_shell | 1 | number of the satellite's shell
        satellite_plane | 1 | number of its plane in the shell
        satellite_slot | 1 | number of its slot in the plane
        """,
        dtype="int32",
    ),
    **_catalogue(
        "sample",
        """
        sample | 1 | number in the sample
        sample_satellite | 1 | row of the sampled satellite
        """,
        dtype="int64",
    ),
    **_catalogue("error_kind", "error_kind | | kind of soft error", dtype="str"),
    **_catalogue("solar_activity", "solar_activity | | activity of the Sun", dtype="str"),
    **_catalogue("stage", "stage | | stage of the waterfall", dtype="str"),
}


def attributes(variable: Variable) -> dict[str, str]:
    """Return the CF attributes of a variable; times carry their unit in their encoding instead."""
    if variable.dtype.startswith("datetime64"):
        return {"standard_name": "time", "long_name": variable.long_name}
    named = {"units": variable.units} if variable.units else {}
    return {**named, "long_name": variable.long_name}


def coordinates_of(dims: tuple[str, ...], present: Mapping[str, Any]) -> list[str]:
    """Return the names of coordinates, other than the dimensions' own, that belong to a variable over `dims`."""
    return [
        name for name, entry in COORDINATES.items() if name in present and name not in dims and entry.dims[0] in dims
    ]
