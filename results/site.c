/*
 * Sites by their host names. Whose names end in a shared public suffix is not known here: two sites
 * below github.io differ, for neither lies below the other, and that is all that is claimed.
 */
#include "results/site.h"

#include <string.h>
#include <strings.h>

const char *
url_host(const char *url, size_t *len)
{
	const char *host = strstr(url, "://"), *user;

	host = host == NULL ? url : host + 3;
	/* Browsers take a backslash for a slash: what stands behind one is no host. */
	user = memrchr(host, '@', strcspn(host, "/\\?#"));
	if (user != NULL)
		host = user + 1;
	if (*host == '[') {
		host++;
		*len = strcspn(host, "]/\\?#");
		return host;
	}
	*len = strcspn(host, ":/\\?#");
	if (*len > 1 && host[*len - 1] == '.')
		--*len;
	return host;
}

/* Whether a equals b or is a name below it. */
static bool
host_below(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen == blen)
		return strncasecmp(a, b, alen) == 0;
	return alen > blen && a[alen - blen - 1] == '.' &&
	       strncasecmp(a + alen - blen, b, blen) == 0;
}

bool
same_site(const char *url_a, const char *url_b)
{
	size_t alen, blen;
	const char *a = url_host(url_a, &alen), *b = url_host(url_b, &blen);

	/* Sites redirect example.org to www.example.org and back. */
	if (alen > 4 && strncasecmp(a, "www.", 4) == 0) {
		a += 4;
		alen -= 4;
	}
	if (blen > 4 && strncasecmp(b, "www.", 4) == 0) {
		b += 4;
		blen -= 4;
	}
	return host_below(a, alen, b, blen) || host_below(b, blen, a, alen);
}
