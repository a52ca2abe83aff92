/* What a catalogue of messages promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/catalogue.h"
#include "base/buf.h"

struct pair {
	const char *id;
	size_t id_len;
	const char *text;
	size_t text_len;
};
#define PAIR(id, text) {id, sizeof(id) - 1, text, sizeof(text) - 1}

static void
put(struct buf *out, size_t n)
{
	const uint8_t bytes[] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};

	buf_add(out, bytes, sizeof(bytes));
}

/* As msgfmt writes it. */
static struct buf
mo_of(const struct pair *pairs, size_t n)
{
	struct buf mo = BUF_EMPTY, strings = BUF_EMPTY;
	size_t base = 28 + n * 16, i;

	put(&mo, 0x950412de);
	put(&mo, 0);
	put(&mo, n);
	put(&mo, 28);
	put(&mo, 28 + n * 8);
	put(&mo, 0);
	put(&mo, 0);
	for (i = 0; i < 2 * n; i++) {
		const struct pair *p = &pairs[i % n];

		put(&mo, i < n ? p->id_len : p->text_len);
		put(&mo, base + strings.len);
		buf_add(&strings, i < n ? p->id : p->text, i < n ? p->id_len : p->text_len);
		buf_putc(&strings, '\0');
	}
	buf_add(&mo, strings.data, strings.len);
	buf_free(&strings);
	return mo;
}

static struct catalogue *
catalogue_of(const struct pair *pairs, size_t n)
{
	char error[CATALOGUE_ERROR_SIZE];
	struct buf mo = mo_of(pairs, n);
	struct catalogue *c = catalogue_parse("ru", mo.data, mo.len, error);

	buf_free(&mo);
	return c;
}

static const struct pair good[] = {
    PAIR("", "Language: ru\n"),
    PAIR("%lld day\0%lld days", "%lld день\0%lld дня\0%lld дней"),
    PAIR("Site", "Сайт"),
    PAIR("from %s, 5 %% of %lld", "5 %% с %s из %lld"),
};
enum { GOOD = sizeof(good) / sizeof(good[0]) };

static void
a_message_is_found(void **state)
{
	struct catalogue *c = catalogue_of(good, GOOD);

	(void)state;
	assert_non_null(c);
	assert_string_equal(catalogue_name(c), "ru");
	assert_string_equal(catalogue_get(c, "Site"), "Сайт");
	assert_string_equal(catalogue_get(c, "from %s, 5 %% of %lld"), "5 %% с %s из %lld");
	catalogue_free(c);
}

static void
one_that_is_not_there_stays_as_it_is(void **state)
{
	struct catalogue *c = catalogue_of(good, GOOD);

	(void)state;
	assert_string_equal(catalogue_get(c, "Sites"), "Sites");
	assert_string_equal(catalogue_get(c, ""), "");
	assert_string_equal(catalogue_get(NULL, "Site"), "Site");
	assert_string_equal(catalogue_name(NULL), "en");
	assert_int_equal(catalogue_count(NULL), 0);
	catalogue_free(c);
}

static void
russian_has_three_forms(void **state)
{
	static const struct {
		int64_t n;
		const char *form;
	} forms[] = {{1, "%lld день"}, {21, "%lld день"}, {101, "%lld день"}, {2, "%lld дня"}, {34, "%lld дня"}, {0, "%lld дней"},
	    {5, "%lld дней"}, {11, "%lld дней"}, {12, "%lld дней"}, {14, "%lld дней"}, {111, "%lld дней"}, {112, "%lld дней"},
	    {122, "%lld дня"}};
	struct catalogue *c = catalogue_of(good, GOOD);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_string_equal(catalogue_plural(c, forms[i].n, "%lld day", "%lld days"), forms[i].form);
	assert_string_equal(catalogue_plural(NULL, 1, "%lld day", "%lld days"), "%lld day");
	assert_string_equal(catalogue_plural(NULL, 0, "%lld day", "%lld days"), "%lld days");
	catalogue_free(c);
}

static void
a_translation_with_other_conversions_is_left_out(void **state)
{
	static const struct pair bad[] = {
	    PAIR("%lld day\0%lld days", "%lld день\0%s дня\0%lld дней"),
	    PAIR("%lld h\0%lld hs", "%lld ч\0%lld ч"),
	    PAIR("%s more", "%s ещё %s"),
	    PAIR("%s to %lld", "%lld до %s"),
	    PAIR("100 %", "%n"),
	    PAIR("two %s %s", "два %s"),
	};
	struct catalogue *c = catalogue_of(bad, sizeof(bad) / sizeof(bad[0]));

	(void)state;
	assert_non_null(c);
	assert_int_equal(catalogue_count(c), 0);
	assert_string_equal(catalogue_plural(c, 2, "%lld day", "%lld days"), "%lld days");
	assert_string_equal(catalogue_get(c, "two %s %s"), "two %s %s");
	catalogue_free(c);
}

static void
what_is_no_catalogue_is_refused(void **state)
{
	char error[CATALOGUE_ERROR_SIZE];
	struct buf mo = mo_of(good, GOOD);
	size_t len;

	(void)state;
	assert_null(catalogue_parse("ru", "", 0, error));
	assert_non_null(strstr(error, "no gettext catalogue"));
	assert_null(catalogue_parse("tlh", mo.data, mo.len, error));
	assert_non_null(strstr(error, "no such language"));
	/* Cut off anywhere, in memory of just that size. */
	for (len = 0; len < mo.len; len++) {
		char *part = malloc(len + 1);

		memcpy(part, mo.data, len);
		part = realloc(part, len > 0 ? len : 1);
		assert_null(catalogue_parse("ru", part, len, error));
		free(part);
	}
	buf_free(&mo);
}

static void
a_locale_names_its_language(void **state)
{
	char out[CATALOGUE_LANGUAGE_SIZE];

	(void)state;
	assert_string_equal(catalogue_language("ru_RU.UTF-8", out), "ru");
	assert_string_equal(catalogue_language("ru", out), "ru");
	assert_string_equal(catalogue_language("C.UTF-8", out), "en");
	assert_string_equal(catalogue_language("POSIX", out), "en");
	assert_string_equal(catalogue_language("", out), "en");
	assert_string_equal(catalogue_language("../../etc", out), "en");
	assert_string_equal(catalogue_language("abcdefghijkl", out), "en");
}

static void
the_environment_is_asked_in_its_order(void **state)
{
	char out[CATALOGUE_LANGUAGE_SIZE];

	(void)state;
	setenv("LANG", "ru_RU.UTF-8", 1);
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	assert_string_equal(catalogue_language_wanted(out), "ru");
	setenv("LC_MESSAGES", "C", 1);
	assert_string_equal(catalogue_language_wanted(out), "en");
	setenv("LC_ALL", "ru_KZ.UTF-8", 1);
	assert_string_equal(catalogue_language_wanted(out), "ru");
	setenv("LC_ALL", "", 1);
	setenv("LC_MESSAGES", "", 1);
	assert_string_equal(catalogue_language_wanted(out), "ru");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_found),
	    cmocka_unit_test(one_that_is_not_there_stays_as_it_is),
	    cmocka_unit_test(russian_has_three_forms),
	    cmocka_unit_test(a_translation_with_other_conversions_is_left_out),
	    cmocka_unit_test(what_is_no_catalogue_is_refused),
	    cmocka_unit_test(a_locale_names_its_language),
	    cmocka_unit_test(the_environment_is_asked_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
