/*
 * Fuzzes the reading of QUIC answers, to a ping whose connection ids are all zeroes and so easily guessed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/quicwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t ping[QUIC_PING_SIZE];
	uint32_t versions[QUIC_VERSIONS_MOST];
	size_t n;

	quic_ping_shape(ping);
	if (quic_answer_read(ping, data, size, versions, &n) ? n == 0 || n > QUIC_VERSIONS_MOST
							     : n > QUIC_VERSIONS_MOST)
		abort();
	return 0;
}
