/* Reads the Alt-Svc header (RFC 7838 3): does a site say that it speaks HTTP/3, and where? Pure: fuzzed. */
#ifndef RESULTS_ALTSVC_H
#define RESULTS_ALTSVC_H

#include <stdbool.h>

enum { ALTSVC_HOST_SIZE = 256 };

struct altsvc {
	char host[ALTSVC_HOST_SIZE]; /* "": the site's own; an IPv6 address stands in brackets */
	int port;
};

/*
 * The first alternative that speaks HTTP/3: "h3", or a draft of it ("h3-29"). False: none is named, or not in a way that
 * can be read; "clear" takes all alternatives back. What comes before the first broken alternative counts.
 */
bool altsvc_h3(const char *value, struct altsvc *out);

#endif
