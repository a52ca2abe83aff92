/* What hook_command.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "probe/hook_command.h"

/* The words, each in brackets; or what is wrong. Static. */
static const char *
cut(const char *text)
{
	static struct buf all = BUF_EMPTY;
	const char *wrong = "unset";
	char **words = hook_command_parse(text, &wrong);
	size_t i;

	buf_clear(&all);
	if (words == NULL)
		return wrong;
	assert_null(wrong);
	for (i = 0; words[i] != NULL; i++)
		buf_printf(&all, "[%s]", words[i]);
	hook_command_free(words);
	return buf_str(&all);
}

static void
words_are_separated_by_blanks(void **state)
{
	(void)state;
	assert_string_equal(cut("/usr/bin/logger"), "[/usr/bin/logger]");
	assert_string_equal(cut(" \t/bin/a  -t\tnetvane "), "[/bin/a][-t][netvane]");
}

static void
between_quotation_marks_everything_stands_for_itself(void **state)
{
	(void)state;
	assert_string_equal(cut("/a 'two words' \"it's\""), "[/a][two words][it's]");
	assert_string_equal(cut("'/my programs/a' '' \"\""), "[/my programs/a][][]");
	assert_string_equal(cut("/a to='x y'z"), "[/a][to=x yz]");
}

static void
nothing_is_a_shells(void **state)
{
	(void)state;
	assert_string_equal(cut("/a $HOME `id` * \\n ; | > & ~ #x"),
	    "[/a][$HOME][`id`][*][\\n][;][|][>][&][~][#x]");
}

static void
what_is_no_command_is_refused(void **state)
{
	(void)state;
	assert_string_equal(cut(""), "it is empty");
	assert_string_equal(cut(" \t"), "it is empty");
	assert_string_equal(cut("logger -t x"), "the program must be given by its absolute path");
	assert_string_equal(cut("'' /a"), "the program must be given by its absolute path");
	assert_string_equal(cut("/a 'b"), "a quotation mark has no second one");
	assert_string_equal(cut("/a b\""), "a quotation mark has no second one");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_separated_by_blanks),
	    cmocka_unit_test(between_quotation_marks_everything_stands_for_itself),
	    cmocka_unit_test(nothing_is_a_shells),
	    cmocka_unit_test(what_is_no_command_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
