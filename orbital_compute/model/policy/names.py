"""The names of the policies that come with the program; `choose` has the policies themselves."""

POLICY_NAMES = ("optimal", "price", "greedy", "round_robin")
