/* Fuzzes the reading of Alt-Svc headers. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "results/altsvc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = xstrndup((const char *)data, size);
	struct altsvc found;

	if (altsvc_h3(value, &found) &&
	    (found.port < 1 || found.port > 65535 || strlen(found.host) >= sizeof(found.host)))
		abort();
	free(value);
	return 0;
}
