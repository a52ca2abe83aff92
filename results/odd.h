/*
 * What is odd about a measurement in a way that others may share: the issuer of a certificate that the public roots
 * do not vouch for, a page from a place that proves nothing, an address at which the site is not. Pure.
 */
#ifndef RESULTS_ODD_H
#define RESULTS_ODD_H

struct measurement;

enum odd_kind {
	ODD_ISSUER, /* SHA-256 of the issuer's name in DER, hex */
	ODD_PAGE, /* "200 " and the body's SHA-256, or "302 " and where it points, without query */
	ODD_ADDRESS, /* the address */
};

/* Calls take for each, every value once a kind; value is borrowed for the call. */
void odd_marks(const struct measurement *m,
    void (*take)(enum odd_kind kind, const char *value, void *arg), void *arg);

#endif
