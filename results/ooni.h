/*
 * The verdict keys of OONI's Web Connectivity 0.5 (LTE), computed from observations and the control vantage's answer by
 * the rules of its specification, so that its readers and ours see the same. Pure. These keys are a
 * translation, not our opinion: that is verdict.h.
 */
#ifndef RESULTS_OONI_H
#define RESULTS_OONI_H

#include <stdbool.h>
#include <stdint.h>

struct json;
struct json_get;
struct json_t;
struct measurement;

struct ooni_keys {
	const char *blocking; /* "false" is false; NULL null; else "dns", "tcp_ip", "http-failure", "http-diff" */
	int accessible; /* 1, 0, -1 null */
	const char *dns_consistency; /* NULL null */
	const char *dns_experiment_failure, *http_experiment_failure, *control_failure;
	int body_length_match, headers_match, status_code_match, title_match; /* 1, 0, -1 null */
	double body_proportion; /* 0 where unknown */
	int64_t x_blocking_flags, x_dns_flags, x_null_null_flags;
};

/* Strings are static or the measurement's. */
void ooni_keys_compute(const struct measurement *m, struct ooni_keys *out);
/* Writes them as members of the open test_keys (the control itself is vantage_encode's). */
void ooni_keys_encode(struct json *j, const struct ooni_keys *k);
void ooni_keys_decode(struct json_get *g, const struct json_t *keys, struct ooni_keys *k);

#endif
