/* What fingerprints_csv.c (reading) and blockpage.c (matching) share. */
#ifndef RESULTS_FINGERPRINTS_H
#define RESULTS_FINGERPRINTS_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "results/blockpage.h"

enum pattern_type { PATTERN_FULL, PATTERN_PREFIX, PATTERN_CONTAINS, PATTERN_REGEXP, PATTERN_MAX };

struct pattern {
	struct fingerprint row;
	enum pattern_type type;
	const char *header; /* its name, "" any; in row.location_found. NULL: the body */
	size_t len;         /* of row.pattern */
	regex_t regex;      /* PATTERN_REGEXP */
};

struct fingerprints {
	struct pattern **patterns; /* each stays where it is */
	size_t n;
};

#endif
