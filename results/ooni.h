/*
 * The verdict keys of OONI's Web Connectivity 0.5 (LTE), computed from observations and the control vantage's answer by
 * the rules of its specification, so that its readers and ours see the same. Pure. These keys are a
 * translation, not our opinion: that is verdict.h.
 */
#ifndef RESULTS_OONI_H
#define RESULTS_OONI_H

#include <math.h>
#include <stdint.h>

struct json;
struct json_get;
struct node;
struct measurement;

/* Bits of x_blocking_flags. */
enum {
	OONI_BLOCKING_DNS = 1,
	OONI_BLOCKING_TCP = 2,
	OONI_BLOCKING_TLS = 4,
	OONI_BLOCKING_HTTP = 8,
	OONI_BLOCKING_DIFF = 16,
	OONI_BLOCKING_SUCCESS = 32,
};

/* Bits of x_dns_flags. */
enum {
	OONI_DNS_BOGON = 1,
	OONI_DNS_UNEXPECTED_FAILURE = 2,
	OONI_DNS_UNEXPECTED_ADDRESSES = 4,
};

/* Bits of x_null_null_flags. */
enum {
	OONI_EXPECTED_DNS_FAILURE = 1,
	OONI_EXPECTED_TCP_FAILURE = 2,
	OONI_EXPECTED_TLS_FAILURE = 4,
	OONI_HTTPS_WITHOUT_CONTROL = 8,
	OONI_UNEXPECTED_DNS_SUCCESS = 16,
};

struct ooni_keys {
	const char *blocking; /* "false" is false; NULL null; else "dns", "tcp_ip", "http-failure", "http-diff" */
	int accessible; /* 1, 0, -1 null */
	const char *dns_consistency; /* NULL null */
	const char *dns_experiment_failure, *http_experiment_failure, *control_failure;
	int body_length_match, headers_match, status_code_match, title_match; /* 1, 0, -1 null */
	double body_proportion; /* 0 where it cannot be told, NAN null */
	int64_t x_blocking_flags, x_dns_flags, x_null_null_flags; /* -1 null */
};

#define OONI_KEYS_UNKNOWN                                                                     \
	{                                                                                     \
		.accessible = -1, .body_length_match = -1, .headers_match = -1,               \
		.status_code_match = -1, .title_match = -1, .x_blocking_flags = -1,           \
		.x_dns_flags = -1, .x_null_null_flags = -1, .body_proportion = (double)NAN    \
	}

/*
 * Strings are static or the measurement's. All unknown where there is more to compare than one target can give
 * (see ooni_view.h). In records of our own (has_x) retries, a line without IPv6, and a name that nobody else was asked
 * about are not held against the target: OONI's rules do not know them.
 */
void ooni_keys_compute(const struct measurement *m, struct ooni_keys *keys);
/* Writes them as members of the open test_keys; but control_failure is vantage_encode's. */
void ooni_keys_encode(struct json *j, const struct ooni_keys *keys);
/* Reads what is stored, and control_failure. See json_get.h. */
void ooni_keys_decode(struct json_get *g, const struct node *object, struct ooni_keys *keys);

#endif
