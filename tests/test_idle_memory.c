/* Letting go of memory: nothing that was written is lost, and code is there when it is called again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/sha.h>

#include "probe/idle_memory.h"

static int written = 1;
/* Filled in by the dynamic linker, and read-only from then on. */
static int (*const relocated[])(const char *, const char *) = {strcmp, strcasecmp};

static long
resident_kb(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	char line[200];
	long kb = -1;

	while (f != NULL && kb < 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Rss: %ld", &kb) != 1)
			kb = -1;
	if (f != NULL)
		fclose(f);
	return kb;
}

static void
what_was_written_stays(void **state)
{
	char *heap = strdup("on the heap"), stack[] = "on the stack";

	(void)state;
	written = 2;
	idle_memory_release();
	assert_int_equal(written, 2);
	assert_string_equal(heap, "on the heap");
	assert_string_equal(stack, "on the stack");
	free(heap);
}

static void
code_and_constants_come_back(void **state)
{
	unsigned char before[SHA256_DIGEST_LENGTH], after[SHA256_DIGEST_LENGTH];

	(void)state;
	SHA256((const unsigned char *)"abc", 3, before);
	idle_memory_release();
	SHA256((const unsigned char *)"abc", 3, after);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(relocated[0]("a", "a"), 0);
	assert_int_equal(relocated[1]("a", "A"), 0);
}

static void
less_is_resident_afterwards(void **state)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	long before, after;

	(void)state;
	SHA256((const unsigned char *)"abc", 3, digest);
	before = resident_kb();
	idle_memory_release();
	after = resident_kb();
	if (before < 0)
		skip();
	assert_true(after < before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_stays),
	    cmocka_unit_test(code_and_constants_come_back),
	    cmocka_unit_test(less_is_resident_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
