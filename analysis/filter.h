/* Which records count: by time, target, network, country. Pure, but for the log of bad values. */
#ifndef ANALYSIS_FILTER_H
#define ANALYSIS_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "targets/target.h"

struct measurement;

struct filter {
	int64_t since_us, until_us; /* INT64_MIN and INT64_MAX: no limit; until is exclusive */
	struct filter_target {
		struct target target;
		bool is_url; /* else a host or a domain */
	} *targets;
	size_t ntargets;
	uint32_t *asns;
	size_t nasns;
	char cc[3]; /* upper case, "" any */
	bool controls; /* controls count, too */
};

void filter_init(struct filter *filter);
void filter_clear(struct filter *filter);
/* Each takes an option's text; false when it is wrong, which was logged. */
bool filter_set_since(struct filter *filter, const char *text);
bool filter_set_until(struct filter *filter, const char *text);
bool filter_add_target(struct filter *filter, const char *text);
bool filter_add_asn(struct filter *filter, const char *text);
bool filter_set_cc(struct filter *filter, const char *text);
/* False, and logged, when the parts together can let nothing through. */
bool filter_is_sound(const struct filter *filter);

/* In time; an unknown time (0) is in time only where there is no limit. */
bool filter_has_time(const struct filter *filter, int64_t us);
/* From the networks and the country asked for. */
bool filter_has_place(const struct filter *filter, const struct measurement *m);
/* A target asked for. `target` is NULL for an input that is no http(s) URL. */
bool filter_has_target(const struct filter *filter, const struct target *target);

#endif
