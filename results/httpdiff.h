/*
 * Is the page that the probe got the one that the control vantage got? OONI's four comparisons (minipipeline's
 * httpdiff.go), which forgive what differs between any two visits. Pure.
 */
#ifndef RESULTS_HTTPDIFF_H
#define RESULTS_HTTPDIFF_H

#include <stdbool.h>
#include <stddef.h>

struct bytes;
struct http_request;
struct vantage_http;

/* 1 alike, 0 not, -1 cannot be told. */
struct httpdiff {
	int status, headers, title, body;
	double body_proportion; /* the smaller length by the larger; 0 where it cannot be told */
};

/* All unknown where the control has no page. */
void httpdiff_compute(
    const struct http_request *page, const struct vantage_http *control, struct httpdiff *diff);
/* The same page needs the same status, and one other likeness. */
bool httpdiff_differs(const struct httpdiff *diff);
/*
 * What stands between the first <title> and </title>, 1 to 512 characters without '<', as OONI's helper finds it.
 * Points into the body, and sets *len; NULL: no such title.
 */
const char *httpdiff_title(const struct bytes *body, size_t *len);

#endif
