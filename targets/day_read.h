/* Days as spread sheets and other people's programs write them. Pure: fuzzed. */
#ifndef TARGETS_DAY_READ_H
#define TARGETS_DAY_READ_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "2019-02-27" (a time may follow), "2/27/2019" or "2/27/19" (the month first), "27 February
 * 2019", "27-Feb-2019", or the number that a spread sheet has for a day of the years 1982 to 2119.
 * False when it is none of them.
 */
bool day_read(const char *text, int32_t *day);

#endif
