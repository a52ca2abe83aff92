/* What a site is called in a table. */
#include "probe/site_name.h"

#include <string.h>

#include "base/mem.h"

char *
site_name(const char *url)
{
	const char *start = strncmp(url, "https://", 8) == 0 ? url + 8 : url;
	const char *host = strncmp(start, "http://", 7) == 0 ? start + 7 : start;
	size_t len = strlen(host);

	if (len > 1 && strchr(host, '/') == host + len - 1)
		len--;
	return xstrndup(start, (size_t)(host - start) + len);
}
