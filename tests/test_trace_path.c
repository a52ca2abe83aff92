/* What two TTL walks say together. Each is written as a string, one letter a TTL; see outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "results/trace_path.h"

static const struct {
	char letter;
	const char *outcome;
	bool trusted;
} outcomes[] = {
    {'.', "expired", false},
    {'-', "silence", false},
    {'R', "reset", false},
    {'C', "close", false},
    {'A', "alert", false},
    {'G', "not_tls", false},
    {'U', "unreachable", false},
    {'F', "connect_failed", false},
    {'S', "server_hello", false},
    {'T', "certificate", true},
    {'M', "certificate", false},
    {'?', NULL, false}, /* a record without it */
    {' ', "", false},   /* passed over */
};

enum { LONGEST = 20 };

static void
path_write(const char *text, struct trace_hop hops[LONGEST], struct trace_path *path)
{
	size_t i, k;

	*path = (struct trace_path){.hops = hops};
	for (i = 0; text[i] != '\0'; i++) {
		for (k = 0; outcomes[k].letter != text[i]; k++)
			assert_true(k + 1 < sizeof(outcomes) / sizeof(outcomes[0]));
		if (text[i] != ' ')
			hops[path->nhops++] = (struct trace_hop){.ttl = (int)i + 1,
			    .outcome = outcomes[k].outcome, .trusted = outcomes[k].trusted};
	}
}

static void
says(const char *control, const char *target, int wanted)
{
	struct trace_hop control_hops[LONGEST], target_hops[LONGEST];
	struct trace_path theirs, ours;
	int found;

	path_write(control, control_hops, &theirs);
	path_write(target, target_hops, &ours);
	found = trace_first_interference(&ours, &theirs);
	if (found != wanted)
		fail_msg("control \"%s\", target \"%s\": %d instead of %d", control, target, found, wanted);
}

static void
an_answer_from_before_the_server_is_interference(void **state)
{
	(void)state;
	says("....T", "..R", 3);
	says("....S", "..C", 3);
	says("....M", "..A", 3); /* the control's name is not the server's: its certificate is another's */
	says("....S", "..G", 3);
	says("....S", "..U", 3);
	says("....T", "..M", 3);
	says("..-.S", "..R", 3);
	says("--S", "-R", 2);
	says("....R", "..R", 3); /* the control did not get through either, but got farther */
	says("...F", "..R", 3);
}

static void
an_answer_from_where_the_server_is_may_be_its_own(void **state)
{
	(void)state;
	says("....T", "....R", -1);
	says("....T", "....A", -1);
	says("....M", "....M", -1);
	says("...S", "....R", -1);
	says("T", "R", -1); /* something near answers for everybody */
}

static void
what_the_control_meets_too_says_nothing_about_the_name(void **state)
{
	(void)state;
	says("..R", "..R", -1);
	says("..M", "..M", -1);
	says("..-", "..R", -1); /* how far away the server is, is not known */
	says("", "..R", -1);
	says(".R", "..R", -1);
}

static void
silence_begins_where_the_control_was_answered(void **state)
{
	(void)state;
	says("....T", "..-----", 3);
	says("....T", "..--------", 3);
	says(".-..T", ".------", 3); /* the router at 2 is never heard */
	says("...-T", "...----", -1); /* between it and the server nothing can be told */
	says("....T", "....---", -1);
	says("....T", "-.-----", 3); /* one silent router before an answer is no beginning */
	says(".........T", "..----   ---", 3); /* some passed over, and the server's own tried */
}

static void
silence_that_ends_too_early_cannot_be_told(void **state)
{
	(void)state;
	says("....T", "..--", -1);
	says("....T", "..---", -1); /* the target's connection may have had a longer way */
	says("....T", "..----", -1);
	says(".......T", "..----", -1);
	says("..-----", "..-----", -1);
	says("....R", "..---", -1);
	says("", "----", -1);
}

static void
a_servers_answer_is_no_interference(void **state)
{
	(void)state;
	says("....T", "....T", 0);
	says("....T", "..--T", 0);
	says("....T", "..T", 0);
	says("..R", "....S", 0);
}

static void
unfinished_walks_cannot_be_told(void **state)
{
	(void)state;
	says("....T", "", -1);
	says("....T", "...", -1);
	says("....T", "..F", -1);
	says("....T", "..?", -1);
	says("?????", "..R", -1);
}

static void
the_servers_distance_is_that_of_its_first_answer(void **state)
{
	struct trace_hop hops[LONGEST];
	struct trace_path path;

	(void)state;
	path_write("..-.S", hops, &path);
	assert_int_equal(trace_server_ttl(&path), 5);
	path_write("..R", hops, &path);
	assert_int_equal(trace_server_ttl(&path), -1);
	path_write("", hops, &path);
	assert_int_equal(trace_server_ttl(&path), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_from_before_the_server_is_interference),
	    cmocka_unit_test(an_answer_from_where_the_server_is_may_be_its_own),
	    cmocka_unit_test(what_the_control_meets_too_says_nothing_about_the_name),
	    cmocka_unit_test(silence_begins_where_the_control_was_answered),
	    cmocka_unit_test(silence_that_ends_too_early_cannot_be_told),
	    cmocka_unit_test(a_servers_answer_is_no_interference),
	    cmocka_unit_test(unfinished_walks_cannot_be_told),
	    cmocka_unit_test(the_servers_distance_is_that_of_its_first_answer),
	};

	return cmocka_run_group_tests_name("trace_path", tests, NULL, NULL);
}
