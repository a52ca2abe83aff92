/* What hook_output.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/hook_output.h"

static struct hook_output output;
static struct buf lines;

static int
setup(void **state)
{
	(void)state;
	memset(&output, 0, sizeof(output));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_free(&lines);
	return 0;
}

static void
on_line(const char *text, void *arg)
{
	buf_printf(arg, "[%s]", text);
}

static void
take(const char *text)
{
	hook_output_take(&output, text, strlen(text), on_line, &lines);
}

static void
a_line_may_come_in_pieces(void **state)
{
	(void)state;
	take("o");
	take("ne\ntw");
	assert_string_equal(buf_str(&lines), "[one]");
	take("o\n");
	assert_string_equal(buf_str(&lines), "[one][two]");
}

static void
the_last_line_needs_no_end(void **state)
{
	(void)state;
	take("one\ntwo");
	hook_output_end(&output, on_line, &lines);
	hook_output_end(&output, on_line, &lines);
	assert_string_equal(buf_str(&lines), "[one][two]");
}

static void
empty_lines_and_the_ends_of_other_systems_are_left_out(void **state)
{
	(void)state;
	take("\n\r\none\r\n\n");
	assert_string_equal(buf_str(&lines), "[one]");
	assert_int_equal(output.lines, 1);
}

static void
a_long_line_is_cut(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	hook_output_take(&output, text, sizeof(text), on_line, &lines);
	take("\nnext\n");
	assert_int_equal(lines.len, HOOK_OUTPUT_LINE + 2 + strlen("[next]"));
	assert_string_equal(buf_str(&lines) + HOOK_OUTPUT_LINE + 2, "[next]");
	assert_int_equal(output.bytes, sizeof(text) + strlen("\nnext\n"));
}

static void
a_zero_hides_nothing(void **state)
{
	(void)state;
	hook_output_take(&output, "a\0b\n", 4, on_line, &lines);
	assert_string_equal(buf_str(&lines), "[a?b]");
}

static void
lines_beyond_the_limit_are_counted(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < HOOK_OUTPUT_LINES + 7; i++)
		take("x\n");
	assert_int_equal(output.lines, HOOK_OUTPUT_LINES);
	assert_int_equal(output.left_out, 7);
	assert_int_equal(lines.len, HOOK_OUTPUT_LINES * strlen("[x]"));
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(a_line_may_come_in_pieces),
	    CLAIM(the_last_line_needs_no_end),
	    CLAIM(empty_lines_and_the_ends_of_other_systems_are_left_out),
	    CLAIM(a_long_line_is_cut),
	    CLAIM(a_zero_hides_nothing),
	    CLAIM(lines_beyond_the_limit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
