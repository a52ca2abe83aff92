/* Which exit code a round ends with: the contract's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "probe/summary.h"
#include "results/measurement.h"
#include "targets/target.h"

enum { SITES = 3, UNMEASURED = VERDICT_STATUS_MAX };

static void
add_site(struct summary *s, const char *url, enum verdict_status status)
{
	struct measurement *m = measurement_new();

	m->input = arena_strdup(m->arena, url);
	m->role = arena_strdup(m->arena, "target");
	m->verdict.status = status;
	summary_add(s, m);
	measurement_free(m);
}

static void
add_round(struct summary *s, enum network_state network, bool complete)
{
	struct measurement *m = measurement_new();

	m->round = arena_alloc(m->arena, sizeof(*m->round));
	m->round->complete = complete;
	m->context.network = network;
	summary_add(s, m);
	measurement_free(m);
}

/* Of a round with these verdicts. */
static int
exit_code(const int verdicts[SITES], enum network_state network)
{
	struct target targets[SITES];
	const struct target *all[SITES];
	char url[64], error[TARGET_ERROR_SIZE];
	struct summary *s;
	bool complete = true;
	int i, code;

	for (i = 0; i < SITES; i++) {
		snprintf(url, sizeof(url), "https://site%d.test/", i);
		assert_int_equal(target_parse(url, &targets[i], error), 0);
		all[i] = &targets[i];
	}
	s = summary_new(all, SITES);
	for (i = 0; i < SITES; i++) {
		complete = complete && verdicts[i] != UNMEASURED;
		if (verdicts[i] != UNMEASURED)
			add_site(s, targets[i].url, (enum verdict_status)verdicts[i]);
	}
	add_round(s, network, complete);
	code = summary_exit_code(s);
	summary_free(s);
	for (i = 0; i < SITES; i++)
		target_clear(&targets[i]);
	return code;
}

static void
the_worst_that_was_found_counts(void **state)
{
	static const struct {
		int verdicts[SITES], code;
	} cases[] = {
	    {{VERDICT_OK, VERDICT_OK, VERDICT_OK}, 0},
	    {{VERDICT_OK, VERDICT_DOWN, VERDICT_OK}, 0},
	    {{VERDICT_OK, VERDICT_INSUFFICIENT, VERDICT_OK}, 1},
	    {{VERDICT_LIKELY_BLOCKED, VERDICT_OK, VERDICT_OK}, 1},
	    {{VERDICT_LIKELY_BLOCKED, VERDICT_OK, VERDICT_BLOCKED}, 2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(exit_code(cases[i].verdicts, NETWORK_ONLINE), cases[i].code);
}

static void
a_round_that_was_stopped_does_not_say_that_there_is_nothing(void **state)
{
	static const struct {
		int verdicts[SITES], code;
	} cases[] = {
	    {{VERDICT_OK, UNMEASURED, UNMEASURED}, 3},
	    {{VERDICT_OK, VERDICT_DOWN, UNMEASURED}, 3},
	    {{UNMEASURED, UNMEASURED, UNMEASURED}, 3},
	    {{VERDICT_INSUFFICIENT, UNMEASURED, UNMEASURED}, 3},
	    {{VERDICT_OK, VERDICT_IMPAIRED, UNMEASURED}, 1},
	    {{VERDICT_OK, VERDICT_BLOCKED, UNMEASURED}, 2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(exit_code(cases[i].verdicts, NETWORK_ONLINE), cases[i].code);
	assert_int_equal(exit_code(cases[0].verdicts, NETWORK_SHUTDOWN), 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worst_that_was_found_counts),
	    cmocka_unit_test(a_round_that_was_stopped_does_not_say_that_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
