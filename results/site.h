/* Whether two URLs belong to one site, as far as their hosts tell. Pure. */
#ifndef RESULTS_SITE_H
#define RESULTS_SITE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The host of a URL, borrowed from it: without user, port and the dot that may end a name; an IPv6
 * address without its brackets. *len is 0 where there is none.
 */
const char *url_host(const char *url, size_t *len);
/* Whether the hosts are the same, or the one lies below the other; "www." does not count. */
bool same_site(const char *url_a, const char *url_b);

#endif
