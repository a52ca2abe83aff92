/* Names that nobody can guess. */
#include "base/random_id.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

char *
random_id(char out[RANDOM_ID_SIZE])
{
	uint8_t bytes[(RANDOM_ID_SIZE - 1) / 2];
	size_t i;

	arc4random_buf(bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return out;
}
