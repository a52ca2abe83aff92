/*
 * OONI's keys are what OONI itself wrote, for every measurement that its own test suite generates. They are not part of
 * this source tree; where they are not at hand, test_ooni.c is left, which has the rules one by one.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/ooni.h"

/* --- OONI's generated measurements ------------------------------------------------------------ */

static char *
sample_path(const char *scenario, const char *file)
{
	return xasprintf("%s/../shared/data/ooni-web-connectivity/%s%s%s", getenv("top_srcdir"),
	    scenario, *scenario != '\0' ? "/" : "", file);
}

static char *
read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	struct buf buf = BUF_EMPTY;
	char block[65536];
	size_t n;

	assert_non_null(f);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&buf, block, n);
	assert_int_equal(ferror(f), 0);
	fclose(f);
	*len = buf.len;
	buf_putc(&buf, '\0');
	return buf.data;
}

static struct measurement *
sample(const char *scenario)
{
	char *path = sample_path(scenario, "measurement.json"), error[200], *json;
	struct measurement *m;
	size_t len;

	json = read_file(path, &len);
	m = measurement_decode(json, len, NULL, error, sizeof(error));
	if (m == NULL)
		fail_msg("%s: %s", path, error);
	free(json);
	free(path);
	return m;
}

static void
same_text(const char *scenario, const char *key, const char *got, const char *wanted)
{
	if (got == NULL)
		got = "null";
	if (wanted == NULL)
		wanted = "null";
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s is %s, not %s", scenario, key, got, wanted);
}

static void
same_number(const char *scenario, const char *key, int64_t got, int64_t wanted)
{
	if (got != wanted)
		fail_msg("%s: %s is %lld, not %lld", scenario, key, (long long)got, (long long)wanted);
}

static void
same_double(const char *scenario, const char *key, double got, double wanted)
{
	if (fabs(got - wanted) > 1e-15)
		fail_msg("%s: %s is %.17g, not %.17g", scenario, key, got, wanted);
}

/* Computed, and as OONI stored them. */
static void
same_as_stored(const char *scenario, const struct ooni_keys *got, const struct ooni_keys *stored)
{
	same_text(scenario, "blocking", got->blocking, stored->blocking);
	same_number(scenario, "accessible", got->accessible, stored->accessible);
	same_text(scenario, "dns_consistency", got->dns_consistency, stored->dns_consistency);
	same_text(scenario, "dns_experiment_failure", got->dns_experiment_failure,
	    stored->dns_experiment_failure);
	same_text(scenario, "http_experiment_failure", got->http_experiment_failure,
	    stored->http_experiment_failure);
	same_text(scenario, "control_failure", got->control_failure, stored->control_failure);
	same_number(
	    scenario, "body_length_match", got->body_length_match, stored->body_length_match);
	same_number(scenario, "headers_match", got->headers_match, stored->headers_match);
	same_number(
	    scenario, "status_code_match", got->status_code_match, stored->status_code_match);
	same_number(scenario, "title_match", got->title_match, stored->title_match);
	same_double(scenario, "body_proportion", got->body_proportion, stored->body_proportion);
	same_number(scenario, "x_blocking_flags", got->x_blocking_flags, stored->x_blocking_flags);
	same_number(scenario, "x_dns_flags", got->x_dns_flags, stored->x_dns_flags);
	same_number(
	    scenario, "x_null_null_flags", got->x_null_null_flags, stored->x_null_null_flags);
}

static const char *
bool_text(int v)
{
	return v < 0 ? "null" : v != 0 ? "true" : "false";
}

enum { COLUMNS = 14 };

/* A row of expected.tsv: see its first line. */
static void
same_as_row(const struct ooni_keys *got, char *const column[COLUMNS])
{
	const char *scenario = column[0];

	same_text(scenario, "blocking", got->blocking, column[3]);
	same_text(scenario, "accessible", bool_text(got->accessible), column[4]);
	same_text(scenario, "dns_consistency", got->dns_consistency, column[5]);
	same_text(scenario, "dns_experiment_failure", got->dns_experiment_failure, column[6]);
	same_text(scenario, "http_experiment_failure", got->http_experiment_failure, column[7]);
	same_text(scenario, "control_failure", got->control_failure, column[8]);
	same_number(scenario, "x_blocking_flags", got->x_blocking_flags, atoi(column[9]));
	same_number(scenario, "x_dns_flags", got->x_dns_flags, atoi(column[10]));
	same_number(scenario, "x_null_null_flags", got->x_null_null_flags, atoi(column[11]));
	same_double(scenario, "body_proportion", got->body_proportion, atof(column[12]));
}

/* Every bit that OONI's analysis, which it keeps beside the measurement, has a set of transactions for. */
static void
same_as_analysis(const char *scenario, const struct ooni_keys *got)
{
	static const struct {
		const char *set, *flags;
		size_t offset;
		int64_t bit;
	} rows[] = {
#define BIT(set, member, bit) {set, #member, offsetof(struct ooni_keys, member), bit}
	    BIT("DNSLookupSuccessWithBogonAddresses", x_dns_flags, OONI_DNS_BOGON),
	    BIT("DNSLookupUnexpectedFailure", x_dns_flags, OONI_DNS_UNEXPECTED_FAILURE),
	    BIT("DNSLookupSuccessWithInvalidAddresses", x_dns_flags, OONI_DNS_UNEXPECTED_ADDRESSES),
	    BIT("DNSLookupExpectedFailure", x_null_null_flags, OONI_EXPECTED_DNS_FAILURE),
	    BIT("TCPConnectExpectedFailure", x_null_null_flags, OONI_EXPECTED_TCP_FAILURE),
	    BIT("TLSHandshakeExpectedFailure", x_null_null_flags, OONI_EXPECTED_TLS_FAILURE),
	    BIT("HTTPRoundTripUnexpectedFailure", x_blocking_flags, OONI_BLOCKING_HTTP),
#undef BIT
	};
	char *path = sample_path(scenario, "analysis.json"), *json;
	json_t *root;
	size_t len, i;
	int64_t flags;

	json = read_file(path, &len);
	root = json_loadb(json, len, 0, NULL);
	assert_non_null(root);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(&flags, (const char *)got + rows[i].offset, sizeof(flags));
		assert_true(json_is_array(json_object_get(root, rows[i].set)));
		same_number(scenario, rows[i].set, (flags & rows[i].bit) != 0,
		    json_array_size(json_object_get(root, rows[i].set)) > 0);
	}
	if (json_is_integer(json_object_get(root, "HTTPFinalResponseSuccessTLSWithControl")))
		same_number(scenario, "success", got->x_blocking_flags & OONI_BLOCKING_SUCCESS,
		    OONI_BLOCKING_SUCCESS);
	json_decref(root);
	free(json);
	free(path);
}

static void
check_row(char *line)
{
	char *column[COLUMNS], *rest = line;
	struct ooni_keys got;
	struct measurement *m;
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		column[i] = strsep(&rest, "\t");
		assert_non_null(column[i]);
	}
	m = sample(column[0]);
	assert_false(m->has_x);
	ooni_keys_compute(m, &got);
	same_as_analysis(column[0], &got);
	if (strcmp(column[1], "generated") == 0) {
		same_as_row(&got, column);
		same_as_stored(column[0], &got, &m->ooni);
	}
	measurement_free(m);
}

static void
every_generated_measurement_gets_the_keys_that_ooni_gave_it(void **state)
{
	char *path = sample_path("", "expected.tsv"), *text, *rest, *line;
	size_t len, rows = 0;

	(void)state;
	if (access(path, R_OK) != 0) {
		print_message("# OONI's generated measurements are not here: %s\n", path);
		free(path);
		skip();
	}
	text = rest = read_file(path, &len);
	strsep(&rest, "\n"); /* the columns' names */
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0') {
			check_row(line);
			rows++;
		}
	assert_int_equal(rows, 29);
	free(text);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_generated_measurement_gets_the_keys_that_ooni_gave_it),
	};

	return cmocka_run_group_tests_name("ooni_samples", tests, NULL, NULL);
}
