/* SipHash is what its authors' program gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/siphash.h"

/* The paper's test vectors (vectors_sip64 of the reference implementation): key 00 01 ... 0f, message 00 01 ... of that length. */
static void
it_gives_the_published_values(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} vectors[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {7, 0xab0200f58b01d137}, {8, 0x93f5f5799a932462},
	    {15, 0xa129ca6149be45e5}};
	struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
	uint8_t message[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_true(siphash(&key, message, vectors[i].len) == vectors[i].hash);
}

static void
each_key_is_another(void **state)
{
	struct siphash_key a = siphash_random_key(), b = siphash_random_key();

	(void)state;
	assert_memory_not_equal(&a, &b, sizeof(a));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_gives_the_published_values),
	    cmocka_unit_test(each_key_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
