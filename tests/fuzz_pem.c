/* Fuzzes the search for blocks in a PEM file. */
#include <stddef.h>
#include <stdint.h>

#include "probe/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pem pem;

	pem_open(&pem, (const char *)data, len);
	while (pem_next(&pem) != PEM_END)
		;
	pem_close(&pem);
	return 0;
}
