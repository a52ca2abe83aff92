# Sourced by the test scripts.
