/* Fuzzes the reading of TLS Certificate messages; the first byte says which form. */
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "probe/tls_chain.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena;
	struct bytes *certificates;

	if (len == 0)
		return 0;
	arena = arena_new();
	tls_chain_read(data + 1, len - 1, data[0] & 1, arena, &certificates);
	arena_free(arena);
	return 0;
}
