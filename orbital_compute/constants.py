"""Physical constants, SI, each with its source. Nothing here is a choice of a design."""

EARTH_MU_M3_S2 = 3.986004418e14  # WGS 84 (NIMA TR8350.2)
EARTH_RADIUS_M = 6378137.0  # WGS 84 equatorial radius
EARTH_FLATTENING = 1.0 / 298.257223563  # WGS 84
EARTH_POLE_STRETCH = 1.0 / (1.0 - EARTH_FLATTENING)  # equatorial over polar radius: makes the ellipsoid a sphere
EARTH_MEAN_RADIUS_M = 6371008.8  # IUGG mean radius, for great circles on the ground
EARTH_J2 = 1.08262668e-3  # EGM96, unnormalised zonals
EARTH_J3 = -2.53265649e-6
EARTH_J4 = -1.61962159e-6
SUN_NODE_RATE_RAD_S = 1.99106385e-7  # 360 degrees in a tropical year of 365.24219 days

SUN_RADIUS_M = 6.957e8  # IAU 2015 resolution B3, nominal
ASTRONOMICAL_UNIT_M = 149597870700.0  # IAU 2012 resolution B2, exact
SOLAR_CONSTANT_W_M2 = 1361.0  # Kopp & Lean (2011), GRL 38, L01706
EARTH_INFRARED_W_M2 = 237.0  # Trenberth et al. (2009), BAMS 90, global mean
EARTH_ALBEDO = 0.30  # Trenberth et al. (2009), global mean

STEFAN_BOLTZMANN_W_M2_K4 = 5.670374419e-8  # CODATA 2018, exact
SPEED_OF_LIGHT_M_S = 299792458.0  # exact
STANDARD_GRAVITY_M_S2 = 9.80665  # exact
MOLAR_GAS_J_MOL_K = 8.314462618  # CODATA 2018, exact to the digits given

CELL_REFERENCE_K = 298.0  # temperature at which cell efficiencies are quoted
