/* Catalogues of messages of any bytes: what is read must be printable with the arguments that its original takes. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "analysis/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CATALOGUE_ERROR_SIZE], out[512];
	struct catalogue *c = catalogue_parse("ru", data, size, error);
	int64_t n;

	if (c == NULL)
		return 0;
	for (n = 0; n < 25; n++)
		snprintf(out, sizeof(out), catalogue_plural(c, n, "%lld more is not shown here.", "%lld more are not shown here."),
		    (long long)n);
	snprintf(out, sizeof(out), catalogue_get(c, "Days are those of the time zone %s."), "UTC");
	snprintf(out, sizeof(out), catalogue_get(c, "%lld d %lld h"), 1LL, 2LL);
	if (strlen(catalogue_get(c, "Site")) == 0)
		__builtin_trap();
	catalogue_free(c);
	return 0;
}
